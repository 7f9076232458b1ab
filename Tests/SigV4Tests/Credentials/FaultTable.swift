/// The faults of instance metadata (F), container endpoints (E) and web identity (W), with their effects.
enum FaultTable {
  static let rows: [FaultTableRow] =
    (tokenFaults + listingFaults + credentialsFaults).map(\.row) + connectionRows + settingRows + cacheRows + callerRows
    + ContainerFault.all.map(\.row) + containerRows + WebIdentityFault.all.map(\.row) + webIdentityRows

  /// An id for each kind of fault: F01 to F50, E01 to E09, W01 to W04.
  static let ids: [String] = [("E", 9), ("F", 50), ("W", 4)].flatMap { letter, count in
    (1...count).map { $0 < 10 ? "\(letter)0\($0)" : "\(letter)\($0)" }
  }
}
