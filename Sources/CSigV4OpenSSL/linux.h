/* System calls of Linux that Swift's Glibc and Musl modules don't show. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A descriptor that is readable once the process has ended; -1 before Linux 5.3. It isn't inherited by programs. */
static inline int sigv4_pidfd_open(pid_t process) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  return -1;
#endif
}

/* A pipe that no program inherits, however early another thread starts one. */
static inline int sigv4_pipe(int ends[2]) {
  return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}
