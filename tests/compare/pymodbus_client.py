#!/usr/bin/env python3
"""The polls of benches/line.rs by pymodbus's asynchronous client: PORT CONNECTIONS SECONDS AT:COUNT...
Polls as fast as it can on every connection and prints polls, and the seconds of processor time they took."""
import asyncio, struct, sys, time
from pymodbus.client import AsyncModbusTcpClient

port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
blocks = [tuple(map(int, block.split(":"))) for block in sys.argv[4:]]


async def poll(end):
    client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=5)
    assert await client.connect()
    polls = 0
    while time.monotonic() < end:
        for at, count in blocks:
            reply = await client.read_input_registers(at, count=count, device_id=1)
            assert not reply.isError(), reply
            struct.unpack(f">{count // 2}f", struct.pack(f">{count}H", *reply.registers))
        polls += 1
    client.close()
    return polls


async def main():
    began = time.process_time()
    end = time.monotonic() + seconds
    polls = sum(await asyncio.gather(*(poll(end) for _ in range(connections))))
    print(polls, time.process_time() - began)


asyncio.run(main())
