// Signs cases from standard input with AWS's SDK for Go, times it, and writes one result per line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

type signingCase struct {
	ID          string
	Placement   string
	Service     string
	Region      string
	Time        time.Time
	Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	Request     struct {
		Method, Target string
		Headers        [][2]string
	}
	Options struct{ Expires int }
}

type result struct {
	ID        string  `json:"id"`
	Signature string  `json:"signature"`
	Time      float64 `json:"nanoseconds"`
}

func main() {
	count, err := strconv.Atoi(os.Args[1])
	check(err)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	results := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var one signingCase
		check(json.Unmarshal(lines.Bytes(), &one))
		sign := signer(one)
		signature := sign()
		for range count / 4 {
			sign()
		}
		start := time.Now()
		for range count {
			sign()
		}
		elapsed := time.Since(start)
		check(results.Encode(result{one.ID, signature, float64(elapsed.Nanoseconds()) / float64(count)}))
	}
	check(lines.Err())
}

// signer returns a function that signs the case once more and returns the signature.
func signer(one signingCase) func() string {
	request, err := http.NewRequest(one.Request.Method, "https://host"+one.Request.Target, nil)
	check(err)
	for _, field := range one.Request.Headers {
		request.Header.Set(field[0], field[1])
		if strings.EqualFold(field[0], "host") {
			request.Header.Del("Host")
			request.Host = field[1]
		}
	}
	pair := aws.Credentials{
		AccessKeyID: one.Credentials.AccessKeyID, SecretAccessKey: one.Credentials.SecretAccessKey,
		SessionToken: one.Credentials.SessionToken,
	}
	background := context.Background()
	signer := v4.NewSigner(func(options *v4.SignerOptions) { options.DisableURIPathEscaping = one.Service == "s3" })
	const hash = "UNSIGNED-PAYLOAD"

	if one.Placement == "query" {
		query := request.URL.Query()
		query.Set("X-Amz-Expires", strconv.Itoa(one.Options.Expires))
		request.URL.RawQuery = query.Encode()
		return func() string {
			signed, _, err := signer.PresignHTTP(background, pair, request, hash, one.Service, one.Region, one.Time)
			check(err)
			return signed[strings.LastIndex(signed, "=")+1:]
		}
	}
	request.Header.Set("X-Amz-Content-Sha256", hash)
	return func() string {
		check(signer.SignHTTP(background, pair, request, hash, one.Service, one.Region, one.Time))
		authorization := request.Header.Get("Authorization")
		return authorization[strings.LastIndex(authorization, "=")+1:]
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

