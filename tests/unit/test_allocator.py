"""What a process has freed does not count as its memory."""

import subprocess
import sys

CODE = """
from shared.allocator import give_back

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

{call}
bytes(bytearray(1 << 20))  # freed: from here on glibc keeps what is smaller in its heap
before = resident()
pairs = [(bytearray(200 << 10), bytearray(2000)) for _ in range(300)]
kept = [small for _, small in pairs]
del pairs
print((resident() - before) >> 20)
"""


def left(call: str) -> int:
    """MiB that stay after sixty were freed, with a small value kept behind each large one."""
    return int(subprocess.run([sys.executable, "-c", CODE.format(call=call)], capture_output=True, check=True).stdout)


def test_freed_memory_goes_back() -> None:
    assert left("give_back()") < 10
