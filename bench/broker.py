"""What an idle worker costs and how soon it hears of an upload: `python bench/broker.py [folder|filesystem]...`

Starts a real Celery worker (prefork, two processes) on each transport in a folder of its own and prints CPU seconds per
minute while the queue is empty, the delay from sending to the task's first line (median and maximum), messages per
second with an empty task, and what happened when the folder was removed under the running worker.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from celery import Celery

from ocrsite.folder_queue import register

register()
FOLDER = Path(os.environ.get("BENCH_FOLDER", "/nonexistent"))
TRANSPORT = os.environ.get("BENCH_TRANSPORT", "folder")
OPTIONS = {
    "folder": {"folder": str(FOLDER / "queue")},
    "filesystem": {
        "data_folder_in": str(FOLDER / "queue"),
        "data_folder_out": str(FOLDER / "queue"),
        "control_folder": str(FOLDER / "control"),
        "polling_interval": 0.1,
    },
}
app = Celery("broker", broker=f"{TRANSPORT}://localhost/")
app.conf.update(
    broker_transport_options=OPTIONS.get(TRANSPORT, {}),
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_concurrency=2,
)


@app.task(name="note")
def note(sent: float) -> None:
    with (FOLDER / "heard").open("a") as heard:
        heard.write(f"{time.time() - sent}\n")


def heard() -> list[float]:
    return [float(line) for line in (FOLDER / "heard").read_text().split()]


def wait_for(count: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while len(heard()) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return len(heard()) >= count


def cpu(process: psutil.Process) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)])


def measure() -> None:
    (FOLDER / "queue").mkdir()
    (FOLDER / "control").mkdir()
    (FOLDER / "heard").touch()
    log = (FOLDER / "log").open("w")
    command = [sys.executable, "-m", "celery", "-A", "bench.broker", "worker", "--loglevel", "INFO"]
    worker = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        note.delay(time.time())
        assert wait_for(1, 30), (FOLDER / "log").read_text()
        report(worker)
    finally:
        worker.terminate()
        worker.wait()


def report(worker: subprocess.Popen[bytes]) -> None:
    process = psutil.Process(worker.pid)
    time.sleep(2)
    before = cpu(process)
    time.sleep(20)
    idle = (cpu(process) - before) * 3
    for number in range(20):
        note.delay(time.time())
        wait_for(number + 2, 10)
        time.sleep(0.13)
    delays = heard()[1:]
    started = time.monotonic()
    for _ in range(500):
        note.delay(time.time())
    whole = wait_for(521, 120)
    rate = 500 / (time.monotonic() - started)
    shutil.rmtree(FOLDER / "queue")
    time.sleep(3)
    print(
        f"{TRANSPORT:<11} idle {idle:5.2f} CPU s/min   delay {statistics.median(delays):.2f} s median, "
        f"{max(delays):.2f} s at most   {rate:4.0f} messages/s{'' if whole else ' (some lost)'}   "
        f"folder removed: worker {'runs on' if worker.poll() is None else 'died'}, {errors()} errors in its log"
    )


def errors() -> int:
    return (FOLDER / "log").read_text().count("Error")


if __name__ == "__main__":
    if "BENCH_FOLDER" in os.environ:
        measure()
    else:
        for transport in sys.argv[1:] or ["filesystem", "folder"]:
            with tempfile.TemporaryDirectory() as name:
                env = os.environ | {"BENCH_FOLDER": name, "BENCH_TRANSPORT": transport, "PYTHONPATH": "."}
                subprocess.run([sys.executable, __file__], env=env, check=True)
