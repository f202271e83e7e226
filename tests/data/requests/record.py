"""Records what real clients send: `python -m tests.data.requests.record [CLIENT...]` writes recorded/<client>.http.

Each sends one fax, with a file whose name has quotation marks, a space and a letter that is not ASCII, to a server that
keeps the bytes. Nothing is installed for it: those clients whose programs are here are recorded anew. The kept ones are
of 2026-11-29: aiohttp, httpx, requests; axios with form-data, needle, request, superagent, Node.js's fetch; Faraday,
multipart-post, net/http, rest-client; libwww-perl; curl.
"""

import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

FOLDER = Path(__file__).parent / "recorded"
NAME = 'Angebot "Süd".txt'
TEXT = "This is my fax"
TO = '{"recipients":["7778888"]}'

PYTHON = {
    "requests": """
import requests
requests.post(TARGET, headers=HEADERS, data={"request": TO}, files={"files": (NAME, TEXT)})
""",
    "httpx": """
import httpx
httpx.post(TARGET, headers=HEADERS, data={"request": TO}, files={"files": (NAME, TEXT.encode())})
""",
    "aiohttp": """
import asyncio, aiohttp
async def main():
    form = aiohttp.FormData()
    form.add_field("request", TO, content_type="application/json")
    form.add_field("files", TEXT.encode(), filename=NAME, content_type="text/plain")
    async with aiohttp.ClientSession() as session:
        await session.post(TARGET, data=form, headers=HEADERS)
asyncio.run(main())
""",
}
NODE = {
    "undici": """
const form = new FormData(); form.append("request", TO); form.append("files", new Blob([TEXT]), NAME);
fetch(TARGET, { method: "POST", body: form, headers: HEADERS });
""",
    "axios": """
const Form = require("form-data"), form = new Form();
form.append("request", TO); form.append("files", Buffer.from(TEXT), { filename: NAME });
require("axios").post(TARGET, form, { headers: { ...HEADERS, ...form.getHeaders() } });
""",
    "node-request": """
const file = { value: Buffer.from(TEXT), options: { filename: NAME, contentType: "text/plain" } };
require("request").post({ url: TARGET, headers: HEADERS, formData: { request: TO, files: file } });
""",
    "needle": """
const file = { buffer: Buffer.from(TEXT), filename: NAME, content_type: "text/plain" };
require("needle")("post", TARGET, { request: TO, files: file }, { multipart: true, headers: HEADERS });
""",
    "superagent": """
require("superagent").post(TARGET).set(HEADERS).field("request", TO).attach("files", Buffer.from(TEXT), NAME).end();
""",
}
RUBY = {
    "net-http": """
require "net/http"; require "stringio"; post = Net::HTTP::Post.new(URI(TARGET).path, HEADERS)
post.set_form([["request", TO], ["files", StringIO.new(TEXT), { filename: NAME }]], "multipart/form-data")
Net::HTTP.start(URI(TARGET).host, URI(TARGET).port) { |http| http.request(post) }
""",
    "multipart-post": """
require "net/http/post/multipart"; file = UploadIO.new(StringIO.new(TEXT), "text/plain", NAME)
post = Net::HTTP::Post::Multipart.new(URI(TARGET).path, { "request" => TO, "files" => file }, HEADERS)
Net::HTTP.start(URI(TARGET).host, URI(TARGET).port) { |http| http.request(post) }
""",
    "faraday": """
require "faraday"; to = Faraday.new { |f| f.request :multipart; f.adapter :net_http }
to.post(TARGET, { request: TO, files: Faraday::FilePart.new(StringIO.new(TEXT), "text/plain", NAME) }, HEADERS)
""",
    "rest-client": """
require "rest-client"; require "tmpdir"
Dir.mktmpdir do |folder|
  path = "#{folder}/#{NAME}"; File.write(path, TEXT)
  RestClient.post(TARGET, { request: TO, files: File.new(path) }, HEADERS)
end
""",
}
PERL = {
    "perl-lwp": """
use LWP::UserAgent; use HTTP::Request::Common;
LWP::UserAgent->new->request(POST $TARGET, Content_Type => "form-data", %HEADERS,
  Content => [request => $TO, files => [undef, $NAME, Content => $TEXT]]);
""",
}


def commands(url: str) -> dict[str, list[str]]:
    """The command that makes each client send."""
    values = {"TARGET": url, "NAME": NAME, "TEXT": TEXT, "TO": TO}
    quoted = {name: "'" + value.replace("'", "\\'") + "'" for name, value in values.items()}
    python = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    python += "HEADERS = {'Authorization': 'Bearer TOKEN'}\n"
    node = "".join(f"const {name} = {value};\n" for name, value in quoted.items())
    node += "const HEADERS = { Authorization: 'Bearer TOKEN' };\n"
    ruby = "".join(f"{name} = {value}\n" for name, value in quoted.items())
    ruby += 'HEADERS = { "Authorization" => "Bearer TOKEN" }\n'
    perl = "".join(f"my ${name} = {value};\n" for name, value in quoted.items())
    perl += 'my %HEADERS = (Authorization => "Bearer TOKEN");\n'
    made = {name: [sys.executable, "-c", python + program] for name, program in PYTHON.items()}
    made |= {name: ["node", "-e", node + program] for name, program in NODE.items()}
    made |= {name: ["ruby", "-e", ruby + program] for name, program in RUBY.items()}
    made |= {name: ["perl", "-e", perl + program] for name, program in PERL.items()}
    file = 'files=@-;type=text/plain;filename="' + NAME.replace('"', '\\"') + '"'
    made["curl"] = ["curl", "-s", "-H", "Authorization: Bearer TOKEN", "-F", f"request={TO}", "-F", file, url]
    return made


class _Server(HTTPServer):
    received: bytes = b""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Keep the request as it came, but for its host."""
        length = int(self.headers["Content-Length"])
        headers = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"{self.requestline}\r\n{headers}\r\n".encode("latin-1")
        host = re.sub(rb"(?i)(\r\nhost: ?)[^\r]*", rb"\1HOST", head)
        self.server.received = host + self.rfile.read(length)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name)
        """Say nothing."""


def main() -> None:
    """Record those that are named, or all."""
    server = _Server(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/uapi/faxes/@me/0003*210"
    for client, command in commands(url).items():
        if sys.argv[1:] and client not in sys.argv[1:]:
            continue
        server.received = b""
        try:
            subprocess.run(command, input=TEXT.encode(), check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.CalledProcessError) as failed:
            sys.stdout.write(f"{client}: not recorded ({failed})\n")
            continue
        (FOLDER / f"{client}.http").write_bytes(server.received)
        sys.stdout.write(f"{client}: {len(server.received)} bytes\n")


if __name__ == "__main__":
    main()
