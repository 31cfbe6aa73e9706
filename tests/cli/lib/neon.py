#!/usr/bin/python3
"""A stand-in for NEON's data API, in the shape that its clients expect.

    neon.py FOLDER      prints the API's URL, and serves until it is killed

The tiles are the *.h5 of the folder, of the site SERC in 2022-05; those of
2021-08 are the same, and provisional.  A file FOLDER/cut has the next download
end in the middle; FOLDER/token names the only token that is let in.
"""
import hashlib
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = sys.argv[1]
PRODUCT = "DP3.30006.002"
MONTHS = {"2021-08": "PROVISIONAL", "2022-05": "RELEASE-2024"}


def read(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


class Neon(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def home(self):
        return "http://127.0.0.1:%d" % self.server.server_port

    def product(self):
        data = "%s/api/data/%s/SERC/" % (self.home(), PRODUCT)
        return {"productCode": PRODUCT, "siteCodes": [
            {"siteCode": "HARV", "availableMonths": [],
             "availableDataUrls": []},
            {"siteCode": "SERC", "availableMonths": list(MONTHS),
             "availableDataUrls": [data + month for month in MONTHS]}]}

    def month(self, month):
        names = sorted(os.listdir(FOLDER))
        files = [{"name": name, "size": str(len(read(name))),
                  "md5": hashlib.md5(read(name)).hexdigest(),
                  "url": "%s/files/%s?signed=1" % (self.home(), name)}
                 for name in names if name.endswith((".h5", ".txt"))]
        return {"siteCode": "SERC", "month": month, "release": MONTHS[month],
                "files": files}

    def answer(self, data):
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_file(self, name):
        body = read(name)
        start = 0
        asked = self.headers.get("Range")
        if asked:
            start = int(asked.split("=")[1].rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", "bytes %d-%d/%d" %
                             (start, len(body) - 1, len(body)))
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = len(body)
        if os.path.exists(os.path.join(FOLDER, "cut")):
            os.remove(os.path.join(FOLDER, "cut"))
            end = len(body) // 2
        if os.path.exists(os.path.join(FOLDER, "damage")):
            body = body[:start] + b"?" + body[start + 1:]
        self.wfile.write(body[start:end])

    def is_let_in(self):
        path = os.path.join(FOLDER, "token")
        return not os.path.exists(path) or \
            self.headers.get("X-API-Token") == read("token").decode()

    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[0] == "files":
            self.send_file(parts[1])
        elif not self.is_let_in():
            self.send_error(403)
        elif parts == ["api", "products", PRODUCT]:
            self.answer(self.product())
        elif parts[:4] == ["api", "data", PRODUCT, "SERC"]:
            self.answer(self.month(parts[4]))
        elif parts == ["api", "products", "DP3.30001.001"]:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>not JSON</html>")
        else:
            self.send_error(404)


server = ThreadingHTTPServer(("127.0.0.1", 0), Neon)
print("http://127.0.0.1:%d/api" % server.server_port, flush=True)
server.serve_forever()
