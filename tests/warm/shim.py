"""Stands for the project's Python: hands what it is asked to run to the warm process, and ends as that ends.

jobctl or the engine starts it, waits for it and kills it. When it is killed, the warm process kills what it stands for.
It imports nothing that has to be read from a file: it is started as often as everything else together.
"""

import _socket
import marshal
import posix
import sys

if __name__ == "__main__":
    if "local.aws" in sys.argv:  # the emulator outlives who starts it
        posix.execv(sys.executable, [sys.executable, *sys.argv[1:]])
    env = {name.decode(): value.decode() for name, value in posix.environ.items()}
    asked = {"do": "run", "argv": sys.argv[1:], "cwd": posix.getcwd(), "env": env}
    server = _socket.socket(_socket.AF_UNIX)
    server.connect(env["WARM_SOCKET"])
    fds = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    server.sendmsg([marshal.dumps(asked)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, fds)])
    for number in (0, 1, 2):
        posix.close(number)
    answer = server.recv(64)
    code = int(answer) if answer else -9
    if code < 0:
        posix.kill(posix.getpid(), -code)
    posix._exit(code)
