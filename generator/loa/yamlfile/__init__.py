"""YAML files: load with the place of every value, validate with clear messages, edit without losing comments."""

from loa.yamlfile.loader import SCHEDULE_LIMITS, Limits, Path_, YamlFile, load, parse, value_at
from loa.yamlfile.validation import Choices, Strict, Url, is_kept, model_in, validate, web_address, wording

__all__ = [
    "SCHEDULE_LIMITS",
    "Choices",
    "Limits",
    "Path_",
    "Strict",
    "Url",
    "YamlFile",
    "is_kept",
    "load",
    "model_in",
    "parse",
    "validate",
    "value_at",
    "web_address",
    "wording",
]
