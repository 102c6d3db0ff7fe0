#!/usr/bin/env python3
"""Reads an SDM630 of a farm with pymodbus and switches it: read_farm.py PORT UNIT. Prints what it saw, one a line."""
import struct, sys
from pymodbus.client import ModbusTcpClient

client = ModbusTcpClient("127.0.0.1", port=int(sys.argv[1]), timeout=5)
assert client.connect()
unit = int(sys.argv[2])


def value(address):
    reply = client.read_input_registers(address, count=2, device_id=unit)
    assert not reply.isError(), reply
    return struct.unpack(">f", struct.pack(">HH", *reply.registers))[0]


print("volts", round(value(0x00)))
print("hertz", round(value(0x46)))
print("kwh", value(0x48))
assert not client.write_coil(0, False, device_id=unit).isError()
print("contact", client.read_discrete_inputs(0, count=1, device_id=unit).bits[0])
print("watts", value(0x34))
print("refused", client.read_input_registers(0x7000, count=2, device_id=unit).exception_code)
print("silent", client.read_input_registers(0, count=2, device_id=unit + 100).exception_code)
