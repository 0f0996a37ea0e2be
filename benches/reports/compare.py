"""Our PDF report beside other people's software: the same rows, each contestant a process of its
own, in turn; medians of wall clock, processor time (children included) and peak memory."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import rows as data
import throughput

RIVALS = {
    "typst wheel, table written plainly": "typst_naive.py",
    "ReportLab, plain strings (no wrapping)": "reportlab_plain.py",
    "ReportLab, paragraphs": "reportlab_wrapped.py",
    "WeasyPrint": "weasy.py",
    "Chromium": "chromium.py",
}
HERE = os.path.dirname(os.path.abspath(__file__))


def measured(command, stdin=None, stdout=None):
    """Seconds, processor seconds and peak MiB of a command and of what it waited for."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdin=stdin, stdout=stdout or subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def round_of(program, folder, rows, names):
    """One round: each contestant once."""
    readings = {}
    for name in names:
        out = os.path.join(folder, "out.pdf")
        if name == "ours":
            with open(os.path.join(folder, "task.json")) as task, open(out, "wb") as file:
                readings[name] = measured([program, "render"], task, file)
        else:
            script = os.path.join(HERE, "rivals", RIVALS[name])
            readings[name] = measured([sys.executable, script, os.path.join(folder, "rows.json"), out])
        readings[name] += (os.path.getsize(out) / 1024, pages(out))
        os.remove(out)
    return readings


def pages(file):
    """How many pages a PDF has."""
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    return int(next(line for line in told.splitlines() if line.startswith("Pages:")).split()[1])


def csv_rounds(made, rounds):
    """Python's csv, in this process: the first time and the median of the later ones, in ms."""
    times = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        data.as_csv(made)
        times.append((time.perf_counter() - begun) * 1000)
    return times[0], statistics.median(times[1:])


def main():
    """Runs it all and prints Markdown."""
    options = argparse.ArgumentParser()
    options.add_argument("--program", required=True)
    options.add_argument("--records", default="1,100,1000")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--skip-throughput", action="store_true")
    options = options.parse_args()
    names = ["ours"] + [n for n, s in RIVALS.items() if s != "chromium.py" or shutil.which("chromium")]
    for count in map(int, options.records.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            made = data.rows(count)
            with open(os.path.join(folder, "task.json"), "w") as file:
                json.dump(data.task(made), file)
            with open(os.path.join(folder, "rows.json"), "w") as file:
                json.dump([data.COLUMNS] + [data.cells(row) for row in made], file)
            rounds = []
            for n in range(options.rounds):
                print(f"{count} records, round {n + 1} of {options.rounds}", file=sys.stderr)
                rounds.append(round_of(options.program, folder, made, names))
        print(f"\n### PDF, {count} records\n")
        print("| contestant | first, s | median s | CPU s | peak MiB | KB | pages | ours : it, wall | CPU |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
        middle = lambda name, at: statistics.median(r[name][at] for r in rounds)
        for name in names:
            ratio = lambda at: f"{statistics.median(r['ours'][at] / r[name][at] for r in rounds):.2f}"
            print(f"| {name} | {rounds[0][name][0]:.3f} | {middle(name, 0):.3f} | {middle(name, 1):.3f} | "
                  f"{middle(name, 2):.0f} | {middle(name, 3):.0f} | {middle(name, 4):.0f} | {ratio(0)} | {ratio(1)} |")
        first, later = csv_rounds(made, options.rounds)
        print(f"\nPython's csv, the same rows with all columns, in one process: first {first:.2f} ms, later {later:.2f} ms.")
    if not options.skip_throughput:
        throughput.measure(options.program)


if __name__ == "__main__":
    main()
