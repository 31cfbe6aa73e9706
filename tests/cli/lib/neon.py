#!/usr/bin/python3
"""A stand-in for NEON's data API, in the shape that its clients expect.

    neon.py FOLDER      prints the API's URL, and serves until it is killed

The tiles are the *.h5 of the folder, of the site SERC, in each of two months of
2022; those of 2021-08 are the same, and provisional.  A file FOLDER/cut has the
next download end in the middle, FOLDER/short has all end early without saying
so; FOLDER/token holds the only token that is let in.
"""
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = sys.argv[1]
PRODUCT = "DP3.30006.002"
MONTHS = {"2021-08": "PROVISIONAL", "2022-05": "RELEASE-2024",
          "2022-09": "RELEASE-2024"}


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
                  "md5": None, "crc32c": "AAAAAA==",
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

    def has(self, name):
        return os.path.exists(os.path.join(FOLDER, name))

    def send_file(self, name):
        body = read(name)
        if self.has("short"):
            body = body[:-1]
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
        if self.has("cut"):
            os.remove(os.path.join(FOLDER, "cut"))
            end = len(body) // 2
        self.wfile.write(body[start:end])

    def is_let_in(self):
        return not self.has("token") or \
            self.headers.get("X-API-Token") == read("token").decode()

    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        if not self.is_let_in():
            self.send_error(403)
        elif parts[0] == "files":
            self.send_file(parts[1])
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
