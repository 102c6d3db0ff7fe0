#!/usr/bin/env python3
"""An independent tariff calculator, in exact fractions and as simply as can be: it walks through a load in
quarter-hours and never looks at how Meterhouse does it. Makes random tariffs and loads, and what they cost.

usage: tariff_oracle.py FOLDER SEED COUNT
writes FOLDER/N.toml, N.csv and N.json ({"months": [{"month", "kwh", "energy", "fixed", "demand", "levies", "tax",
"total"}]}, exact decimals or p/q) for N = 0 … COUNT-1.
"""
import json, random, sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

# Whole hours, half hours (Lord Howe moves by 30 minutes), midnight changes (Cairo), no changes (Shanghai).
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"]
QUARTER = 900


def exact(value):
    """A decimal where it ends, else p/q in lowest terms."""
    denominator, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while denominator % prime == 0:
            denominator //= prime
            count += 1
        places = max(places, count)
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    text = digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return ("-" if value < 0 else "") + text


def price(chance, low=5, high=90):
    return Fraction(chance.randint(low * 10**4, high * 10**4), 10**6)


def clock(half_hours):
    return f"{half_hours // 2:02}:{half_hours % 2 * 30:02}"


class Version:
    def __init__(self, chance, like=None):
        self.periods = like.periods if like else chance.sample(["valley", "flat", "peak", "sharp"], chance.randint(1, 4))
        self.seasons = like.seasons if like else chance.choice([["all"], ["summer", "other"]])
        self.reset = like.reset if like else chance.choice([None, "day", "month", "year"])
        self.additive = like.additive if like else chance.random() < 0.5
        self.tiers = like.tiers if like else (chance.randint(2, 4) if self.reset else 1)
        self.fixed = like.fixed if like else chance.choice([None, "day", "month"])
        self.levy = price(chance, 0, 3) if (like.levy is not None if like else chance.random() < 0.4) else None
        self.demand = price(chance, 500, 4000) if (like.demand is not None if like else chance.random() < 0.3) else None
        self.tax = Fraction(chance.randint(1, 25)) if (like.tax is not None if like else chance.random() < 0.5) else None
        self.amount = price(chance, 10, 300)
        self.windows = {}
        for season in self.seasons:
            edges = sorted(chance.sample(range(48), len(self.periods))) if len(self.periods) > 1 else [0]
            self.windows[season] = [(edge, self.periods[i]) for i, edge in enumerate(edges)]
        scale = {"day": 12, "month": 300, "year": 900}.get(self.reset, 1)
        self.limits = sorted(chance.sample(range(scale // 6, scale), self.tiers - 1))
        self.prices = {p: [price(chance) for _ in range(1 if self.additive else self.tiers)] for p in self.periods}
        self.adders = [Fraction(0)] + sorted(price(chance, 1, 40) for _ in range(self.tiers - 1))

    def season(self, day):
        return "all" if self.seasons == ["all"] else ("summer" if (5, 15) <= (day.month, day.day) <= (9, 14) else "other")

    def period(self, local):
        windows = self.windows[self.season(local)]
        half_hour = local.hour * 2 + local.minute // 30
        return next((name for edge, name in reversed(windows) if edge <= half_hour), windows[-1][1])

    def tier_price(self, period, tier):
        return self.prices[period][0] + self.adders[tier] if self.additive else self.prices[period][tier]

    def toml(self, start):
        out = ["[[versions]]", f'from = "{start}"']
        if "summer" in self.seasons:
            out.append('seasons.summer = "05-15..09-14"')
        for season in self.seasons:
            rows = self.windows[season]
            for i, (edge, name) in enumerate(rows):
                end = rows[(i + 1) % len(rows)][0]
                out.append("[[versions.schedule]]")
                if season != "all":
                    out.append(f'season = "{season}"')
                if len(rows) > 1:
                    out.append(f'windows = "{clock(edge)}-{clock(end)}"')
                out.append(f'period = "{name}"')
        out.append("[versions.energy]")
        many = lambda values: "[" + ", ".join(f'"{exact(v)}"' for v in values) + "]"
        one = lambda values: f'"{exact(values[0])}"' if len(values) == 1 else many(values)
        out.append("prices = { " + ", ".join(f"{p} = {one(v)}" for p, v in self.prices.items()) + " }")
        if self.reset:
            out += ["[versions.energy.ladder]", f'reset = "{self.reset}"', "limits = " + many([Fraction(l) for l in self.limits])]
            if self.additive:
                out += ['kind = "additive"', "adders = " + many(self.adders)]
        if self.levy is not None:
            out += ["[versions.funds]", 'kind = "levy"', f'price = "{exact(self.levy)}"']
        if self.fixed:
            out += ["[versions.service]", 'kind = "fixed"', f'amount = "{exact(self.amount)}"', f'per = "{self.fixed}"']
        if self.demand is not None:
            out += ["[versions.demand]", "interval = 15", f'price = "{exact(self.demand)}"']
        if self.tax is not None:
            out += ["[versions.vat]", 'kind = "tax"', f'rate = "{exact(self.tax)}"']
        return "\n".join(out) + "\n"


def case(chance):
    zone = ZoneInfo(chance.choice(ZONES))
    first = chance.choice([(2025, 1), (2025, 3), (2025, 4), (2025, 9), (2025, 10), (2024, 2), (2024, 12)])
    version = Version(chance)
    later = chance.random() < 0.4 and version.demand is None
    versions = [((2020, 1, 1), version)]
    change = None
    if later:
        change = (first[0], first[1], chance.randint(2, 27)) if version.fixed != "month" else None
        if change:
            versions.append((change, Version(chance, version)))
    midnight = lambda y, m, d: datetime(y, m, d, tzinfo=zone).astimezone(timezone.utc)
    end_month = (first[0] + (first[1] + 1) // 12, (first[1] + 1) % 12 + 1)
    start, end = midnight(*first, 1), midnight(*end_month, 1)
    # Lord Howe's months need not be whole hours long.
    step = chance.choice([900, 1800] if zone.key.endswith("Howe") else [900, 1800, 3600])
    places = chance.choice([3, 6])
    rows, months = [], {}
    used, scope, days_seen, demand_slots = Fraction(0), None, set(), {}
    at = start
    while at < end:
        kwh = Fraction(chance.randint(0, 15 * 10 ** (places - 1)) if chance.random() < 0.9 else 0, 10**places)
        rows.append(f"{at.strftime('%Y-%m-%dT%H:%M:%SZ')},{float(kwh):.{places}f}")
        for piece in range(step // QUARTER):
            moment = at + timedelta(seconds=piece * QUARTER)
            if moment >= end:
                break
            local = moment.astimezone(zone)
            v = next(ver for day, ver in reversed(versions) if (local.year, local.month, local.day) >= day)
            month = months.setdefault(f"{local.year:04}-{local.month:02}", dict.fromkeys(
                ("kwh", "energy", "fixed", "demand", "levies", "tax"), Fraction(0)) | {"days": [], "v": v})
            month["v"] = v
            energy = kwh * QUARTER / step
            here = {"day": (local.year, local.month, local.day), "month": (local.year, local.month), "year": local.year}.get(v.reset)
            if here != scope:
                used, scope = Fraction(0), here
            left, name = energy, v.period(local)
            while left > 0:
                tier = sum(1 for limit in v.limits if used >= limit)
                room = v.limits[tier] - used if tier < len(v.limits) else left
                take = min(left, room)
                month["energy"] += take * v.tier_price(name, tier)
                used, left = used + take, left - take
            month["kwh"] += energy
            if v.levy is not None:
                month["levies"] += energy * v.levy
            month["demand_peak"] = max(month.get("demand_peak", Fraction(0)), energy * 4)
            day = (local.year, local.month, local.day)
            if day not in days_seen:
                days_seen.add(day)
                if v.fixed == "day":
                    month["fixed"] += v.amount
        at += timedelta(seconds=step)
    answer = []
    for name, month in sorted(months.items()):
        v = month["v"]
        if v.fixed == "month":
            month["fixed"] = v.amount
        if v.demand is not None:
            month["demand"] = month["demand_peak"] * v.demand
        total = month["energy"] + month["fixed"] + month["demand"] + month["levies"]
        if v.tax is not None:
            if change and name == f"{change[0]:04}-{change[1]:02}":
                month["tax"] = None          # two rates in one month: the split by component is not this oracle's
            else:
                month["tax"] = total * v.tax / 100
        entry = {"month": name, "kwh": exact(month["kwh"])}
        for key in ("energy", "fixed", "demand", "levies"):
            entry[key] = exact(month[key])
        if month["tax"] is not None:
            entry |= {"tax": exact(month["tax"]), "total": exact(total + month["tax"])}
        answer.append(entry)
    head = f'id = "oracle"\nname = "Oracle"\ncurrency = "CNY"\nzone = "{zone.key}"\n'
    body = "".join(v.toml(f"{day[0]:04}-{day[1]:02}-{day[2]:02}") for day, v in versions)
    return head + body, "time,kwh\n" + "\n".join(rows) + "\n", {"months": answer}


def main():
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for number in range(count):
        toml, csv, answer = case(random.Random(f"{seed}/{number}"))
        (folder / f"{number}.toml").write_text(toml)
        (folder / f"{number}.csv").write_text(csv)
        (folder / f"{number}.json").write_text(json.dumps(answer))
    print("ready", count)


if __name__ == "__main__":
    main()
