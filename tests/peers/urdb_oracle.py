#!/usr/bin/env python3
"""An independent calculator for rates of the OpenEI Utility Rate Database (version 8), in exact fractions: it walks
through a load in quarter-hours, straight from the JSON's own fields, and never looks at how Meterhouse does it.
Makes random rates and loads, and what they cost.

usage: urdb_oracle.py FOLDER SEED COUNT
writes FOLDER/N.urdb.json, N.csv and N.json ({"zone", "months": [{"month", "kwh", "energy", "fixed", "demand",
"minimum", "total"}]}, exact decimals or p/q) for N = 0 … COUNT-1.
"""
import json, random, sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from tariff_oracle import exact

ZONES = ["America/New_York", "America/Chicago", "America/Los_Angeles", "America/Phoenix", "America/St_Johns", "Pacific/Honolulu"]
QUARTER = timedelta(minutes=15)


def number(chance, low, high, digits):
    """A number as JSON text with that many decimals, so that nothing passes through a float."""
    value = Fraction(chance.randint(low * 10**digits, high * 10**digits), 10**digits)
    return value, exact(value)


class Text(str):
    """Printed into the JSON as it is."""


def dump(value):
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


def grid(chance, periods):
    """A year of days: twelve rows of 24 hours; months alike in two seasons."""
    rows = {}
    for season in "ab":
        edges = sorted(chance.sample(range(1, 24), chance.randint(0, 3)))
        hours, row = [0] + edges + [24], []
        for begin, end in zip(hours, hours[1:]):
            row += [chance.randrange(periods)] * (end - begin)
        rows[season] = row
    first, last = sorted(chance.sample(range(1, 12), 2))
    return [rows["a" if first <= month < last else "b"] for month in range(12)]


def steps(chance, limits, low, high, digits, unit):
    found = []
    for place in range(len(limits) + 1):
        value, text = number(chance, low, high, digits)
        step = {"rate": Text(text)}
        if unit and chance.random() < 0.4:
            more, text = number(chance, 0, 1, digits)
            step["adj"] = Text(text if chance.random() < 0.7 or more > value else "-" + text if more else text)
        if place < len(limits):
            step["max"] = Text(exact(limits[place]))
        if unit:
            step["unit"] = unit
        found.append(step)
    return found


def price(step):
    return Fraction(step["rate"]) + Fraction(step.get("adj", "0"))


def graduated(ladder, used, amount):
    """The cost of `amount` from position `used` on steps of (limit or None, price)."""
    cost = Fraction(0)
    for limit, rate in ladder:
        if amount <= 0:
            break
        room = amount if limit is None else max(Fraction(0), limit - used)
        take = min(amount, room)
        cost, used, amount = cost + take * rate, used + take, amount - take
    return cost


def case(chance):
    zone = ZoneInfo(chance.choice(ZONES))
    rate = {"label": f"{chance.getrandbits(48):x}", "utility": "Light & Power", "name": "Rate", "startdate": 1262304000}
    count = chance.randint(1, 4)
    unit = chance.choice(["kWh", "kWh", "kWh daily"])
    limits = sorted(Fraction(chance.randint(1, 900 if unit == "kWh" else 30)) for _ in range(chance.choice([0, 0, 1, 2, 3])))
    limits = sorted(set(limits))
    rate["energyratestructure"] = [steps(chance, limits, 0, 1, chance.choice([4, 5, 8]), unit) for _ in range(count)]
    rate["energyweekdayschedule"] = grid(chance, count)
    rate["energyweekendschedule"] = grid(chance, count) if chance.random() < 0.6 else rate["energyweekdayschedule"]
    if chance.random() < 0.4:
        flat = chance.randint(1, 3)
        kw = [Fraction(chance.randint(1, 5))] if chance.random() < 0.4 else []
        rate["flatdemandstructure"] = [steps(chance, kw, 0, 20, 2, None) for _ in range(flat)]
        rate["flatdemandmonths"] = [chance.randrange(flat) for _ in range(12)]
        rate["flatdemandunit"] = "kW"
    if chance.random() < 0.4:
        periods = chance.randint(1, 3)
        kw = [Fraction(chance.randint(1, 5), 2)] if chance.random() < 0.4 else []
        rate["demandratestructure"] = [steps(chance, kw, 0, 20, 3, None) for _ in range(periods)]
        rate["demandweekdayschedule"] = grid(chance, periods)
        rate["demandweekendschedule"] = grid(chance, periods)
        rate["demandrateunit"] = "kW"
    window = chance.choice([None, 15, 30, 60])
    if window:
        rate["demandwindow"] = window
    if chance.random() < 0.7:
        rate["fixedchargefirstmeter"] = Text(number(chance, 0, 30, 2)[1])
        rate["fixedchargeunits"] = chance.choice(["$/month", "$/day", "$/year"])
    whole_year = chance.random() < 0.15
    if chance.random() < 0.4:
        rate["mincharge"] = Text(number(chance, 0, 90, 2)[1])
        rate["minchargeunits"] = chance.choice(["$/month", "$/day"] + (["$/year"] if whole_year else []))

    year, month = (2025, 1) if whole_year else (chance.choice([2024, 2025]), chance.choice([1, 2, 3, 4, 9, 10, 11]))
    midnight = lambda year, month: datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=zone).astimezone(timezone.utc)
    start, end = midnight(year, month), midnight(year, month + (12 if whole_year else 2))
    step = timedelta(hours=1) if whole_year else chance.choice([timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)])
    window = timedelta(minutes=window or 15)
    rows, months = [], {}
    at = start
    while at < end:
        kwh = Fraction(chance.randint(0, 2_000_000) if chance.random() < 0.9 else 0, 10**6)
        rows.append(f"{at.strftime('%Y-%m-%dT%H:%M:%SZ')},{float(kwh):.6f}")
        for piece in range(step // QUARTER):
            moment = at + piece * QUARTER
            local = moment.astimezone(zone)
            here = months.setdefault((local.year, local.month), {"kwh": Fraction(0), "energy": Fraction(0), "windows": {}})
            weekend = local.weekday() >= 5
            schedule = lambda name: rate[f"{name}{'weekend' if weekend else 'weekday'}schedule"][local.month - 1][local.hour]
            days = (midnight(local.year, local.month + 1).astimezone(zone).date() - local.date().replace(day=1)).days
            factor = days if unit == "kWh daily" else 1
            energy = kwh / (step // QUARTER)
            ladder = [(Fraction(s["max"]) * factor if "max" in s else None, price(s)) for s in rate["energyratestructure"][schedule("energy")]]
            here["energy"] += graduated(ladder, here["kwh"], energy)
            here["kwh"] += energy
            seconds = (moment - midnight(local.year, local.month)).total_seconds() // window.total_seconds()
            own = here["windows"].setdefault(seconds, [Fraction(0), schedule("demand") if "demandratestructure" in rate else 0])
            own[0] += energy
        at += step
    answer, before = [], Fraction(0)
    for (year, number_of), month in sorted(months.items()):
        days = (midnight(year, number_of + 1).astimezone(zone).date() - midnight(year, number_of).astimezone(zone).date()).days
        per = {"$/month": 1, "$/day": days, "$/year": Fraction(days, 365)}
        fixed = Fraction(rate.get("fixedchargefirstmeter", "0")) * per[rate.get("fixedchargeunits", "$/month")]
        demand = Fraction(0)
        an_hour = Fraction(timedelta(hours=1) // window)
        charge = lambda structure, kw: graduated([(Fraction(s["max"]) if "max" in s else None, price(s)) for s in structure], Fraction(0), kw)
        if "flatdemandstructure" in rate:
            peak = max(energy for energy, _ in month["windows"].values()) * an_hour
            demand += charge(rate["flatdemandstructure"][rate["flatdemandmonths"][number_of - 1]], peak)
        if "demandratestructure" in rate:
            peaks = {}
            for energy, period in month["windows"].values():
                peaks[period] = max(peaks.get(period, Fraction(0)), energy * an_hour)
            demand += sum(charge(rate["demandratestructure"][period], peak) for period, peak in peaks.items())
        total = month["energy"] + fixed + demand
        least = Fraction(rate.get("mincharge", "0"))
        minimum = Fraction(0)
        if rate.get("minchargeunits") == "$/year":
            before += total
            if number_of == 12:
                minimum = max(Fraction(0), least - before)
        elif least:
            minimum = max(Fraction(0), least * per[rate["minchargeunits"]] - total)
        answer.append({"month": f"{year:04}-{number_of:02}", "kwh": exact(month["kwh"]), "energy": exact(month["energy"]), "fixed": exact(fixed),
                       "demand": exact(demand), "minimum": exact(minimum), "total": exact(total + minimum)})
    return dump(rate), "time,kwh\n" + "\n".join(rows) + "\n", {"zone": zone.key, "months": answer}


def main():
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for place in range(count):
        rate, csv, answer = case(random.Random(f"{seed}/{place}"))
        (folder / f"{place}.urdb.json").write_text(rate)
        (folder / f"{place}.csv").write_text(csv)
        (folder / f"{place}.json").write_text(json.dumps(answer))
    print("ready", count)


if __name__ == "__main__":
    main()
