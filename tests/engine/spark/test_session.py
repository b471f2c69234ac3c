"""What is missing for Spark is one sentence that says what to install."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shouwang.engine.spark import SparkMissing
from shouwang.engine.spark.session import SparkUnreachable, _master_answers, spark_required


@pytest.fixture
def has_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.delenv("JAVA_HOME", raising=False)


def java_saying(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "java").write_text(f"#!/bin/sh\necho '{text}' >&2\n")
    (folder / "java").chmod(0o755)


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SparkMissing, match="make setup-spark"):
        spark_required()


def test_without_java_it_says_what_to_install(
    has_pyspark: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SparkMissing, match="需要 Java 17 或更高版本，没有找到：请安装软件包 openjdk-17-jre-headless"):
        spark_required()


@pytest.mark.parametrize(
    ("said", "is_enough"),
    [
        ('openjdk version "11.0.2"', False),
        ('openjdk version "17.0.1"', True),
        ('java version "1.8.0_292"', False),
        ("nothing", False),
    ],
)
def test_an_old_java_is_named(
    has_pyspark: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, is_enough: bool
) -> None:
    java_saying(tmp_path / "bin", said)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if is_enough:
        spark_required()
    else:
        with pytest.raises(SparkMissing, match="需要 Java 17"):
            spark_required()


@pytest.mark.parametrize("master", ["spark://127.0.0.1:1", "spark://127.0.0.1", "spark://127.0.0.1:port"])
def test_a_master_that_does_not_answer_is_named(master: str) -> None:
    with pytest.raises(SparkUnreachable, match="连不上 Spark 主节点"):
        _master_answers(master)


def test_the_master_belongs_to_spark(tmp_path: Path) -> None:
    import typer

    from shouwang.config.commands import screen

    app = typer.Typer()
    screen.register(app)
    app.command("other")(lambda: None)
    words = ["screen", "--register", str(tmp_path), "--feeds", str(tmp_path), "--out", str(tmp_path), "--pack", "hebei",
             "--on", "2020-06-30", "--master", "spark://here:7077"]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert "--master 只和 --engine spark 一起用" in str(done.exception)
