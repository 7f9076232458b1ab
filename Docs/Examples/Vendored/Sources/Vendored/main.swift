// Signs and verifies a request with a copy of the library in this package: Vendored

import SigV4

let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
var request = try SignableRequest(method: "GET", url: "https://orders.example.com/orders?b=2&a=1")
try Signer(service: .vpcLattice, region: "us-west-2").sign(&request, with: credentials)
print(request)
let verified = try Verifier(service: .vpcLattice, region: "us-west-2")
  .verify(request, payload: .unsigned, with: credentials)
print("verified", verified.target.path)
