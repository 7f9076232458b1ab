/// Values that contain `=` and are glued to a letter, as in `-dname=value`, which ArgumentParser reads as a name of its own.
enum GluedOptions {
  private static let commands: Set = ["request", "sign", "presign"]
  private static let letters: Set = ["-X", "-H", "-d", "-o", "-m"]
  private static let longNames: Set = [
    "--request", "--header", "--data", "--region", "--region-set", "--service", "--profile", "--expires", "--output",
    "--timeout",
  ]

  /// Splits such an argument into the option and its value.
  static func split(_ arguments: [String]) -> [String] {
    guard let command = arguments.first, commands.contains(command) else { return arguments }
    var result = [command]
    var isValue = false
    for (index, argument) in arguments.enumerated().dropFirst() {
      if argument == "--" { return result + arguments[index...] }
      let letter = String(Substring(argument.utf8.prefix(2)))
      if !isValue, argument.utf8.count > 2, argument.utf8.contains(UInt8(ascii: "=")), letters.contains(letter) {
        result += [letter, String(Substring(argument.utf8.dropFirst(2)))]
      } else {
        result.append(argument)
        isValue = !isValue && (letters.contains(argument) || longNames.contains(argument))
      }
    }
    return result
  }
}
