import Foundation
import Testing

@testable import SigV4

/// Programs that leave processes behind, and systems without resources.
@Suite(.timeLimit(.minutes(10))) struct ChildProcessTests {
  private static let answer = #"echo "{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"\#(Planted.mark)\"}""#

  private func provider(
    _ script: String, timeLimit: Duration = patience, _ leash: Leash? = nil
  ) -> ProcessCredentialProvider {
    let environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LEASH": leash?.path ?? "",
    ]
    return ProcessCredentialProvider(command: "sh -c '\(script)'", timeLimit: timeLimit, environment: environment)
  }

  #if os(Linux)
    /// Starts what leaves the process group, holds the output open and lives as long as the leash.
    private static let daemon = "exec 3<$LEASH; setsid sh -c \"echo; read x\" <&3 &"

    @Test func `a program ends with its own process, even if it leaves others behind`() async throws {
      let leash = try Leash()
      let credentials = try await provider("\(Self.daemon) \(Self.answer)", leash).checkedCredentials()
      #expect(credentials == Credentials(accessKeyID: "a", secretAccessKey: Planted.mark))
    }

    @Test func `the time limit applies even to processes that have left the process group`() async throws {
      let leash = try Leash()
      let provider = provider("\(Self.daemon) read y <&3", timeLimit: .seconds(1), leash)
      let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
      #expect(error?.code == .timedOut)
    }

    @Test func `a cancelled caller doesn't wait for processes that have left the process group`() async throws {
      let leash = try Leash()
      let started = try Leash()
      let provider = provider("\(Self.daemon) echo > \(started.path); read y <&3", leash)
      let task = Task { try await provider.checkedCredentials() }
      await started.waitForText()
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `hundreds of programs that hang are all killed at their time limit and reaped`() async {
      await #expect(processExitsWith: .success) {
        let provider = ProcessCredentialProvider(command: "sleep 600", timeLimit: .milliseconds(500))
        await withTaskGroup(of: CredentialError.Code?.self) { group in
          for _ in 0..<200 {
            group.addTask {
              do { _ = try await provider.checkedCredentials() } catch { return (error as? CredentialError)?.code }
              return nil
            }
          }
          for await code in group { #expect(code == .timedOut) }
        }
        // Killed programs end at any time. If one is never reaped, this ends at the suite's time limit.
        var information = siginfo_t()
        while waitid(P_ALL, 0, &information, WEXITED | WNOWAIT | WNOHANG) == 0 { await Task.yield() }
        #expect(errno == ECHILD)
      }
    }

    @Test func `a program starts with no signal blocked`() async throws {
      let mask = #"$(sed -n "s/^SigBlk:[[:space:]]*//p" /proc/self/status)"#
      let script = #"echo "{\"Version\":1,\"AccessKeyId\":\"\#(mask)\",\"SecretAccessKey\":\"\#(Planted.mark)\"}""#
      let credentials = try await provider(script).checkedCredentials()
      #expect(credentials.accessKeyID == "0000000000000000")
    }

    @Test func `no descriptor is left behind`() async throws {
      await #expect(processExitsWith: .success) {
        let provider = ProcessCredentialProvider(command: "sh -c 'exit 1'")
        // Counts only pipes, because timers open descriptors at any time.
        func pipes() throws -> Int {
          let files = FileManager.default
          return try files.contentsOfDirectory(atPath: "/proc/self/fd").filter { descriptor in
            (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)"))?.hasPrefix("pipe:") == true
          }.count
        }
        _ = try? await provider.checkedCredentials()
        let count = try pipes()
        for _ in 0..<5 { _ = try? await provider.checkedCredentials() }
        #expect(try pipes() == count)
      }
    }

    @Test func `a system without a free pipe isn't a wrong setting`() async {
      await #expect(processExitsWith: .success) {
        let provider = ProcessCredentialProvider(command: "sh -c 'exit 1'")
        _ = try? await provider.checkedCredentials()
        await withoutDescriptors {
          let error = await #expect(throws: CredentialError.self) { try await provider.checkedCredentials() }
          #expect(error?.code == .systemResources)
        }
      }
    }
  #endif

  @Test(arguments: [(EAGAIN, true), (ENOMEM, true), (EMFILE, true), (ENFILE, true), (ENOENT, false), (EACCES, false)])
  func `a system without room for another process isn't a wrong setting`(number: Int32, isPassing: Bool) {
    if case .noResources = ChildProcess.failure(ofStart: number) {
      #expect(isPassing)
    } else {
      #expect(!isPassing)
    }
  }

  #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func `an unknown exit code isn't treated as success`() async {
      await #expect(processExitsWith: .success) {
        _ = signal(SIGCHLD, SIG_IGN)
        for script in ["exit 3", Self.answer] {
          let error = await #expect(throws: CredentialError.self) {
            try await ProcessCredentialProvider(command: "sh -c '\(script)'").checkedCredentials()
          }
          #expect(error?.code == .badAnswer)
          #expect(error?.message.contains("SIGCHLD") == true)
        }
      }
    }
  #endif
}

#if os(Linux)
  /// A named pipe without content: its reader waits until the leash is freed.
  private final class Leash: Sendable {
    struct Failure: Error {}

    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
    private let descriptor: Int32

    init() throws {
      guard mkfifo(path, 0o600) == 0 else { throw Failure() }
      descriptor = open(path, O_RDWR | O_CLOEXEC)
    }

    deinit {
      close(descriptor)
      unlink(path)
    }

    /// Returns once the pipe has been written to.
    func waitForText() async {
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async { [descriptor] in
          var byte: UInt8 = 0
          _ = read(descriptor, &byte, 1)
          continuation.resume()
        }
      }
    }
  }
#endif
