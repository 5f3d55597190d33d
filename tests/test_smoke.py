from generator.yamlfile import parse


def test_yaml_keeps_what_people_typed():
    source = parse("on: [a]\nat: 17:00\nphone: 0233825119\nday: 2023-08-08\nn: 60\n", "x.yaml")
    assert source.data == {"on": ["a"], "at": "17:00", "phone": "0233825119", "day": "2023-08-08", "n": 60}
    assert source.place(("phone",)) == (3, 8)
