import SigV4

#if URLSession
  import Foundation
  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif
#endif
#if HTTPTypes
  import HTTPTypes
#endif
#if AsyncHTTPClient
  import AsyncHTTPClient
#endif

/// The work with the types of HTTP clients and servers, compared with the same work with a `SignableRequest`.
enum RequestTypeWork {
  static func rows() throws -> [Row] {
    let sign = SigningWork.sign(SigningWork.get)
    let verify = try SigningWork.verify()
    var rows: [Row] = []
    #if HTTPTypes
      rows += [
        Row(
          work: "GET as HTTPRequest", floorWork: "GET", bound: 1.35, reached: 1.55, floor: sign,
          ours: Self.sign(httpRequest(SigningWork.get))),
        Row(
          work: "POST as HTTPRequest", floorWork: "POST", bound: 1.35, reached: 1.65,
          floor: SigningWork.sign(SigningWork.post),
          ours: Self.sign(httpRequest(SigningWork.post))),
        Row(
          work: "Verify HTTPRequest", floorWork: "Verify GET", bound: 1.25, floor: verify, ours: try verifyHTTPRequest()
        ),
      ]
    #endif
    #if AsyncHTTPClient
      let request = HTTPClientRequest(url: "https://\(SigningWork.get.headers["host"] ?? "")/")
      rows.append(
        Row(
          work: "GET as HTTPClientRequest", floorWork: "GET", bound: 1.35, floor: sign,
          ours: Self.sign(request)))
    #endif
    #if URLSession
      if let url = URL(string: "https://\(SigningWork.get.headers["host"] ?? "")/") {
        rows.append(
          Row(
            work: "GET as URLRequest", floorWork: "GET", bound: nil, floor: sign, ours: Self.sign(URLRequest(url: url)))
        )
      }
    #endif
    return rows
  }

  private static func sign<Request: RequestAdapter>(_ request: Request) -> Measurement.Work {
    Measurement.Work { count in
      for _ in 0..<count {
        var copy = request
        try SigningWork.lattice.sign(&copy, with: SigningWork.credentials, at: SigningWork.time)
      }
    }
  }

  #if HTTPTypes
    private static func httpRequest(_ request: SignableRequest) -> HTTPRequest {
      var fields = HTTPFields()
      for header in request.headers where !header.isNamed("host") {
        if let name = HTTPField.Name(header.name) { fields.append(HTTPField(name: name, value: header.value)) }
      }
      return HTTPRequest(
        method: HTTPRequest.Method(request.method) ?? .get, scheme: "https", authority: request.headers["host"],
        path: request.target, headerFields: fields)
    }

    private static func verifyHTTPRequest() throws -> Measurement.Work {
      let verifier = Verifier(service: .vpcLattice, region: "us-west-2")
      var received = httpRequest(SigningWork.get)
      try SigningWork.lattice.sign(&received, with: SigningWork.credentials, at: SigningWork.time)
      return Measurement.Work { [received] count in
        for _ in 0..<count {
          _ = try verifier.verify(received, payload: .unsigned, with: SigningWork.credentials, at: SigningWork.time)
        }
      }
    }
  #endif
}
