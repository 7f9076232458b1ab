import LocalAWS
import SigV4

/// What can go wrong with instance metadata, step by step: the token (T), the listing (L), the credentials (C).
enum FaultTable {
  static let rows: [FaultTableRow] = tokenRows + listingRows + credentialsRows

  /// The timeout of rows in which it passes: long enough for the requests before that.
  static let brief = Duration.seconds(8)
}
