import SigV4

/// A row of the table: a piece of work, and its floor.
struct Row {
  let work: String
  let floorWork: String
  /// The maximum ratio; `nil` if there is none.
  let bound: Double?
  /// The ratio that is reached, if it isn't the bound.
  ///
  /// A change must not worsen it.
  var reached: Double?
  /// The approximate number of runs in the time of a signature.
  var share = 1.0
  let floor: Measurement.Work
  let ours: Measurement.Work

  static func all() throws -> [Row] {
    let crypto = "SHA-256 and HMAC"
    var rows = [
      Row(
        work: "Lattice GET", floorWork: crypto, bound: 1.25, reached: 1.95,
        floor: try SigningWork.floor(SigningWork.get).work, ours: SigningWork.sign(SigningWork.get)),
      Row(
        work: "GET in a straight line", floorWork: crypto, bound: nil,
        floor: try SigningWork.floor(SigningWork.get).work, ours: try StraightLine.work()),
      Row(
        work: "Lattice POST", floorWork: crypto, bound: 1.30, reached: 2.35,
        floor: try SigningWork.floor(SigningWork.post).work, ours: SigningWork.sign(SigningWork.post)),
      Row(
        work: "S3 presign", floorWork: crypto, bound: 1.60, reached: 2.3,
        floor: try SigningWork.presignFloor().work, ours: SigningWork.presign()),
      Row(
        work: "Verify GET", floorWork: crypto, bound: 1.40, reached: 2.5,
        floor: try SigningWork.floor(SigningWork.get).work, ours: try SigningWork.verify()),
      Row(
        work: "S3 chunk of 64 KiB", floorWork: crypto, bound: 1 / 0.97, share: 0.02,
        floor: SigningWork.chunkFloor().work, ours: try SigningWork.signChunks()),
      Row(
        work: "SigV4a GET", floorWork: "ECDSA P-256", bound: 1.05, reached: 1.15, share: 0.05,
        floor: AsymmetricFloor().work,
        ours: SigningWork.sign(SigningWork.get, Signer(service: .vpcLattice, region: .set(["us-west-2"])))),
    ]
    for growing in GrowingWork.all {
      rows.append(
        Row(
          work: growing.name, floorWork: "by the byte", bound: growing.isLinear ? 1.5 : nil, share: 0.1,
          floor: try GrowingWork.canonicalize(growing.small), ours: try GrowingWork.canonicalize(growing.large)))
    }
    rows += [
      // Two cores may be halves of one; the next row's floor shares this effect.
      Row(
        work: "Two threads", floorWork: "one thread", bound: 2 / 1.9, reached: 1.1, floor: ServerWork.signOnOneThread(),
        ours: ServerWork.signOnTwoThreads()),
      Row(
        work: "GET on two threads", floorWork: crypto, bound: 1.25, reached: 1.95, floor: ServerWork.hashOnTwoThreads(),
        ours: ServerWork.signOnTwoThreads()),
      Row(
        work: "1,000 credentials", floorWork: "GET and a key", bound: 1, reached: 1.1,
        floor: ServerWork.signAndDerive(), ours: ServerWork.signWithOthersEachTime()),
      Row(
        work: "GET through a cache", floorWork: "GET in a task", bound: 1.5, floor: ServerWork.signInTask(),
        ours: ServerWork.signThroughCache()),
    ]
    rows += try RequestTypeWork.rows()
    return rows
  }
}
