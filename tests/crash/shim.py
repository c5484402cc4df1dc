"""Stands for the project's Python: hands what it is asked to run to the warm process, and ends as that ends.

The engine starts it, waits for it and kills it. When it is killed, the warm process kills what it stands for.
"""

import json
import os
import socket
import sys

if __name__ == "__main__":
    server = socket.socket(socket.AF_UNIX)
    server.connect(os.environ["WARM_SOCKET"])
    asked = {"do": "run", "argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}
    socket.send_fds(server, [json.dumps(asked).encode()], [0, 1, 2])
    for number in (0, 1, 2):
        os.close(number)
    answer = server.recv(64)
    code = int(answer) if answer else -9
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)
