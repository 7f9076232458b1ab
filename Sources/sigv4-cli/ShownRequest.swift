import Foundation
import SigV4

extension RequestText {
  /// The request for tools.
  private struct Shown: Encodable {
    struct Field: Encodable {
      let name: String
      let value: String
    }

    let method: String
    let target: String
    let headers: [Field]
    /// The body, if it is UTF-8.
    let body: String?
    /// Any other body.
    let bodyBase64: String?
  }

  /// Prints the request as it was read: as an HTTP/1.1 message, or as JSON.
  func show(asJSON isJSON: Bool) throws {
    guard isJSON else { return StandardOutput.write(message) }
    let text = String(validating: body, as: UTF8.self)
    print(
      try JSONLine.text(
        Shown(
          method: request.method, target: request.target,
          headers: request.headers.map { Shown.Field(name: $0.name, value: $0.value) }, body: text,
          bodyBase64: text == nil ? Data(body).base64EncodedString() : nil)))
  }
}
