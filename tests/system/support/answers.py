"""Answers in a form that can be compared."""
import json


def canonical(value):
    if isinstance(value, dict):
        return {key: canonical(inner) for key, inner in value.items() if key != 'request_id'}
    if isinstance(value, list):
        return sorted((canonical(inner) for inner in value),
                      key=lambda inner: json.dumps(inner, sort_keys=True))
    return value
