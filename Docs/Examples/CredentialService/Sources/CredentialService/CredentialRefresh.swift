import ServiceLifecycle
import SigV4

// begin: service
/// Keeps the credentials fresh until the process shuts down.
struct CredentialRefresh: Service {
  let credentials: CachedCredentialProvider

  func run() async {
    await cancelWhenGracefulShutdown { await credentials.keepFresh() }
  }
}
// end
