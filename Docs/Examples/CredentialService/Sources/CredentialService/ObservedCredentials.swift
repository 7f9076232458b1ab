import Foundation
import Logging
import Metrics
import SigV4

/// The credentials of this process, with a log entry and a metric for each refresh and each failure.
func observedCredentials(_ logger: Logger) -> CachedCredentialProvider {
  // begin: logs and metrics
  let refreshes = Counter(label: "credential_refreshes")
  let failures = Counter(label: "credential_failures")
  return CredentialChain().cached { accessKeyID, expiration in
    refreshes.increment()
    logger.info(
      "Refreshed the credentials",
      metadata: ["accessKeyID": "\(accessKeyID)", "expiration": "\(expiration?.ISO8601Format() ?? "none")"])
  } onFailure: { error in
    failures.increment()
    logger.error("Could not refresh the credentials", metadata: ["error": "\(error)"])
  }
  // end
}
