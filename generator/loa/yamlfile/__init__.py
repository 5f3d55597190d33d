"""YAML files: load with the place of every value, validate with clear messages, edit without losing comments."""

from loa.yamlfile.loader import Path_, YamlFile, load, parse, value_at
from loa.yamlfile.validation import Choices, Strict, is_kept, model_in, validate, wording

__all__ = [
    "Choices",
    "Path_",
    "Strict",
    "YamlFile",
    "is_kept",
    "load",
    "model_in",
    "parse",
    "validate",
    "value_at",
    "wording",
]
