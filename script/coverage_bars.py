"""Holds the coverage bars: every branch of rules, actions, permissions and querysets; 90 % of the rest."""

import json
import re
import sys

WHOLE = re.compile(
    r"(/actions(/|\.py)|/permissions\.py|/models/|school/(roles|access|audit|calendar|staff_list|steps|throttle|term_\w+|written_days)\.py"
    r"|/(dose|grid|areas|census|upn|mapping|rows|matching|checks|text_file)\.py"
    r"|^reviews/(impact/.+|decisions|measures|meetings|precision|sdq|stages)\.py)"
)
REST = 90.0


def main(path: str) -> int:
    """Print what falls short; the exit code says whether anything does."""
    with open(path, encoding="utf-8") as file:
        files = json.load(file)["files"]
    short = []
    covered = total = 0
    for name, entry in sorted(files.items()):
        figures = entry["summary"]
        done = figures["covered_lines"] + figures.get("covered_branches", 0)
        all_of_it = figures["num_statements"] + figures.get("num_branches", 0)
        if WHOLE.search(name):
            if done < all_of_it:
                short.append(f"{name}: {done} of {all_of_it}; lines {entry['missing_lines']}")
        else:
            covered += done
            total += all_of_it
    share = 100 * covered / total if total else 100
    print(f"Rules, actions, permissions, querysets: {len(short)} files short. The rest: {share:.1f} %.")
    for line in short:
        print("  " + line)
    return 1 if short or share < REST else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
