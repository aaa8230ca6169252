"""A stand-in for an API or a worker in tests of the supervisor: answers 200, and misbehaves when told.

python stack_part.py serve PORT | stubborn PORT | fail STATUS | once
"""

import http.server
import signal
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


what, *rest = sys.argv[1:]
if what == "fail":
    print("missing: the other half")
    sys.exit(int(rest[0]))
if what == "once":
    sys.exit(0)
if what == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("127.0.0.1", int(rest[0])), Answer).serve_forever()
