/// Pasted text: curl commands of several shells, the output of curl -v, messages and URLs.
func fuzzCommands(_ input: [UInt8]) {
  readPasted(input)
  readPasted(Array("curl http://h/ ".utf8) + input)
  readPasted(Array("curl '".utf8) + input)
  readPasted(Array("curl.exe ^\"http://h/^\" ".utf8) + input)
  readPasted(Array("curl http://h/ `\n".utf8) + input)

  // A body in quotes of any kind is the same body, unless it looks like what curl -v prints.
  guard !String(decoding: input, as: UTF8.self).contains("HTTP/") else { return }
  let quoted = input.flatMap { $0 == UInt8(ascii: "'") ? Array("'\\''".utf8) : [$0] }
  let escaped = input.flatMap {
    [UInt8(ascii: "\\"), UInt8(ascii: "x"), Hexadecimal.lowercaseDigit($0 >> 4), Hexadecimal.lowercaseDigit($0 & 15)]
  }
  for text in [Array("'".utf8) + quoted + Array("'".utf8), Array("$'".utf8) + escaped + Array("'".utf8)] {
    let command = Array("curl http://h/ --data-raw ".utf8) + text + Array(" | jq . ; curl x".utf8)
    let body = (try? RequestText(command) { _ in [] })?.body
    expect(body == input, "A quoted body is read as it is.", String(decoding: command, as: UTF8.self))
  }
}

private func readPasted(_ text: [UInt8]) {
  do {
    let request = try RequestText(text) { path in
      guard path != "absent" else { throw Failure("The file can't be read.") }
      return Array("content\r\n\0".utf8)
    }
    expect(!request.request.method.isEmpty || text.contains(UInt8(ascii: "X")), "There is a method.", text)
    expect(request.notes.allSatisfy { !$0.isEmpty && $0.utf8.count < 1000 }, "Notes are short.", text)
  } catch {
    expect(!"\(error)".isEmpty, "An error says something.", text)
  }
}
