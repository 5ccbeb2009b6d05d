"""Printing what was measured, and knowing whether every bar was met."""

from statistics import median

from benches.race import Race, p95


class Report:
    """Collects what was measured, prints it, and knows whether every bar was met."""

    def __init__(self, as_json: bool, small: bool) -> None:
        self.as_json, self.small = as_json, small
        self.found: list[dict[str, object]] = []
        self.missed = False

    def verdict(self, met: bool) -> str:
        """Whether the bar was met; bars are for full size, so at small size nothing is said."""
        return " at full size" if self.small else ": met" if met else ": NOT MET"

    def heading(self, text: str) -> None:
        """What is measured, on what."""
        if not self.as_json:
            print(f"\n{text}")

    def ratio(self, name: str, race: Race, bar: float, **more: object) -> None:
        """Medians, p95, the ratio with its spread, and the bar."""
        met = race.ratio <= bar
        self.missed |= not met
        row = {
            "name": name,
            "ours_ms": round(median(race.ours) * 1000, 2),
            "ours_p95_ms": round(p95(race.ours) * 1000, 2),
            "limit_ms": round(median(race.limit) * 1000, 2),
            "limit_p95_ms": round(p95(race.limit) * 1000, 2),
            "ratio": round(race.ratio, 2),
            "ratio_low": round(min(race.ratios), 2),
            "ratio_high": round(max(race.ratios), 2),
            "bar": bar,
            "met": met,
            **more,
        }
        self.found.append(row)
        if not self.as_json:
            print(f"  {name}")
            print(f"    ours   median {row['ours_ms']:>9} ms   p95 {row['ours_p95_ms']:>9} ms")
            print(f"    limit  median {row['limit_ms']:>9} ms   p95 {row['limit_p95_ms']:>9} ms")
            print(
                f"    ratio  {row['ratio']} (rounds {row['ratio_low']} to {row['ratio_high']}), "
                f"at most {bar}{self.verdict(met)}"
            )
            for key, value in more.items():
                print(f"    {key.replace('_', ' ')}: {value}")

    def count(self, name: str, value: float, bar: float) -> None:
        """A figure that does not depend on the machine: statements, errors, elements, bytes."""
        met = value <= bar
        self.missed |= not met
        self.found.append({"name": name, "value": value, "bar": bar, "met": met})
        if not self.as_json:
            print(f"  {name}: {value:,}, at most {bar:,}{self.verdict(met)}")

    def note(self, text: str) -> None:
        """A figure without a bar."""
        self.found.append({"note": text})
        if not self.as_json:
            print(f"  {text}")
