"""Exports a minute, with one worker (inside the server) and with two (another process beside it), on
SQLite and a folder: each of 1000 records, asked for at once; and how long a single one takes from
asking to COMPLETED."""

import json
import os
import re
import subprocess
import tempfile
import threading
import time
import urllib.request

RECORD = "mutation($logs: [ConnectorLogInput!]!) { recordConnectorLogs(input: {logs: $logs}) { recordedCount } }"
ASK = "mutation($format: ExportFormat!) { exportLogs(input: {format: $format}) { export { id } } }"
OPEN = "{ exports(filter: {statuses: [QUEUED, RUNNING]}, first: 1) { nodes { id } } }"
LOOK = "query($id: ID!) { node(id: $id) { ... on Export { status } } }"
RECORDS = 1000
MANY = {"CSV": 60, "PDF": 24}


class Place:
    """A folder with a database, a server with its worker, and more workers beside it."""

    def __init__(self, program, workers):
        self.folder = tempfile.TemporaryDirectory()
        self.program = program
        self.environment = {**os.environ, "DATABASE_URL": f"sqlite:{self.folder.name}/log.db",
                            "STORE_URL": f"file:{self.folder.name}/exports", "LISTEN": "127.0.0.1:0",
                            "LINK_KEY_FILE": f"{self.folder.name}/link.key", "LOG_FORMAT": "json"}
        self.api = self.start("serve")
        self.address, self.token = None, None
        for line in self.api.stderr:
            ready = json.loads(line)
            if ready.get("fields", {}).get("message") == "ready":
                self.address = ready["fields"]["address"]
                break
        for line in self.api.stdout:
            if found := re.search(r"Token\s+(\S+)", line):
                self.token = found[1]
                break
        self.drain(self.api)
        self.workers = [self.start("worker") for _ in range(workers - 1)]
        for worker in self.workers:
            self.drain(worker)

    def start(self, *arguments):
        """The program as a process of its own."""
        return subprocess.Popen([self.program, *arguments], env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @staticmethod
    def drain(process):
        """Reads on what a process says, so that it never waits for us."""
        for stream in (process.stdout, process.stderr):
            threading.Thread(target=stream.read, daemon=True).start()

    def ask(self, query, **variables):
        """Asks over GraphQL."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(f"http://{self.address}/graphql", body, headers)
        answer = json.load(urllib.request.urlopen(request))
        if "errors" in answer:
            raise SystemExit(answer["errors"])
        return answer["data"]

    def end(self):
        """Ends all processes."""
        for process in [self.api, *self.workers]:
            process.kill()
            process.wait()
        self.folder.cleanup()


def logs():
    """As many records as an export holds."""
    return [{"occurredAt": f"2026-11-01T08:{n // 60:02d}:{n % 60:02d}Z", "direction": "INCOMING",
             "applicationFrom": f"Application {n % 7}", "applicationTo": "Acme",
             "action": "SSO_FAILED" if n % 9 == 0 else "SSO_SUCCESSFUL", "requestType": "AUTHENTICATION_CONNECTIONS",
             "userEmail": f"person{n % 90}@acme.example", "statusCode": 403 if n % 9 == 0 else 302, "durationMs": n,
             "errorMessage": "The assertion has expired" if n % 9 == 0 else None} for n in range(RECORDS)]


def one(place, kind):
    """Seconds of one export, from asking to COMPLETED."""
    begun = time.perf_counter()
    export = place.ask(ASK, format=kind)["exportLogs"]["export"]["id"]
    while place.ask(LOOK, id=export)["node"]["status"] != "COMPLETED":
        time.sleep(0.003)
    return time.perf_counter() - begun


def measure(program):
    """Measures and prints Markdown."""
    print(f"\n### Exports of {RECORDS} records, from asking to COMPLETED\n")
    print("| workers of 2 exports each | format | one, first s | one, later s | exports a minute |\n|---|---|---:|---:|---:|")
    for workers in (1, 2):
        place = Place(program, workers)
        try:
            place.ask(RECORD, logs=logs())
            for kind, many in MANY.items():
                first, later = one(place, kind), sorted(one(place, kind) for _ in range(7))[3]
                begun = time.perf_counter()
                for _ in range(many):
                    place.ask(ASK, format=kind)
                while place.ask(OPEN)["exports"]["nodes"]:
                    time.sleep(0.05)
                rate = many / (time.perf_counter() - begun) * 60
                print(f"| {workers} | {kind} | {first:.3f} | {later:.3f} | {rate:.0f} |", flush=True)
        finally:
            place.end()
