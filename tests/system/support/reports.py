"""Reports of sanitizers in the files that programs under test have written."""
import os
import re

REPORT = re.compile('(Address|Leak|UndefinedBehavior)Sanitizer|runtime error:')


def sanitizer_reports(directory):
    """Return the text of all reports below a directory, each with up to 30 lines."""
    reports = []
    for folder, _, names in os.walk(directory):
        for name in names:
            if name.endswith('.log') or name.startswith('sanitizer.'):
                with open(os.path.join(folder, name), errors='replace') as file:
                    lines = file.read().splitlines()
                found = [i for i, line in enumerate(lines) if REPORT.search(line)]
                if found:
                    reports += ['%s:' % name, *lines[found[0]:found[0] + 30]]
    return '\n'.join(reports)
