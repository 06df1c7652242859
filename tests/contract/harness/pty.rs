//! A terminal: a relay between pipes and a pseudo-terminal that the binary believes to be real.

/// Python that starts its arguments on a new terminal of 80 columns and 24 rows, passes bytes both ways, and ends with
/// their exit code. When it is killed, the terminal is gone, as with a dropped session.
pub(crate) const RELAY: &str = r"
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
watched = [0, fd]
while True:
    ready, _, _ = select.select(watched, [], [])
    if fd in ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        data = os.read(0, 65536)
        if data:
            os.write(fd, data)
        else:
            watched.remove(0)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
";
