#!/usr/bin/env python3
"""Meters on a pseudo terminal that hear only what is sent at their own speed and parity.

  tuned_serial.py LINK UNIT=BAUD:FORMAT...    such as  /some/bus 1=9600:8N1 5=2400:8E1

LINK becomes the terminal to open. A pseudo terminal carries bytes at any speed, so the peer looks
how the other side is set when a request arrives; what it cannot hear it answers not at all. The
register map is that of a single-phase meter with floats from 0x0000, as in eastron-sdm120.toml.
"""
import fcntl, os, struct, sys, time

TCGETS2 = 0x802C542A
INPCK, PARODD, CSTOPB = 0o20, 0o1000, 0o100
VALUES = {0x0000: 230.5, 0x0006: 2.0, 0x000C: 460.0, 0x001E: 1.0, 0x0046: 50.0, 0x0048: 1234.5}


def crc(data):
    total = 0xFFFF
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = (total >> 1) ^ 0xA001 if total & 1 else total >> 1
    return struct.pack("<H", total)


def tuned(master):
    """Speed and format of the other side. A pseudo terminal drops PARENB; INPCK goes with it."""
    raw = fcntl.ioctl(master, TCGETS2, bytes(44))
    iflag, _, cflag = struct.unpack("=3I", raw[:12])
    (baud,) = struct.unpack("=I", raw[40:44])
    parity = "N" if not iflag & INPCK else "O" if cflag & PARODD else "E"
    return f"{baud}:8{parity}{2 if cflag & CSTOPB else 1}"


def words(at, count):
    image = {}
    for place, value in VALUES.items():
        image[place], image[place + 1] = struct.unpack(">HH", struct.pack(">f", value))
    return [image.get(place, 0) for place in range(at, at + count)]


def answer(unit, function, at, count):
    if function not in (3, 4) or at + count > 0x160:
        return bytes([unit, function | 0x80, 2])
    data = words(at, count) if function == 4 else [0] * count
    return bytes([unit, function, 2 * count]) + struct.pack(f">{count}H", *data)


def main():
    link, meters = sys.argv[1], dict(pair.split("=") for pair in sys.argv[2:])
    master, slave = os.openpty()
    os.symlink(os.ttyname(slave), link)
    os.close(slave)  # a hold of our own would keep the claim of a program that was killed
    print("ready", flush=True)
    buffer = b""
    while True:
        try:
            buffer += os.read(master, 256)
        except OSError:  # nobody has the other side open
            buffer = b""
            time.sleep(0.01)
        while len(buffer) >= 8:
            request, buffer = buffer[:8], buffer[8:]
            if crc(request[:6]) != request[6:]:
                buffer = b""
                continue
            unit, function, at, count = struct.unpack(">BBHH", request[:6])
            if meters.get(str(unit)) == tuned(master):
                reply = answer(unit, function, at, count)
                os.write(master, reply + crc(reply))


main()
