# 守望 · make run 启动，make test 测试，其余见 README。
# Everything works from a fresh clone with Python (3.11 or later), make and a network.

PYTHON := .venv/bin/python
PORT ?= 8000
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
# Whole files to a worker, in the order of tests/conftest.py.
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
export PORT

.PHONY: help setup setup-spark run test test-spark test-spark-cluster test-full check bench clean lock browser

help:
	@echo "make run        装好一切并启动（PORT=$(PORT)，Ctrl-C 停止）"
	@echo "make setup      只安装运行环境和页面素材"
	@echo "make setup-spark 另外装上 Spark 引擎（还需要 Java 17）"
	@echo "make test       跑测试（二十分钟以内）"
	@echo "make test-spark 只跑 Spark 引擎的测试（没有 Java 时逐项说明跳过了什么）"
	@echo "make test-spark-cluster 在本机起一个主节点、两个工作节点，一百万人，与 DuckDB 逐字节比较"
	@echo "make test-full  跑耗时的测试（一小时以内）"
	@echo "make check      格式、类型、分层和政策包检查"
	@echo "make bench      测量性能，写入 docs/benchmarks.md"
	@echo "make lock       按 requirements.in 重新锁定依赖"
	@echo "make clean      删除可以重新生成的文件（不动 var/ 里的数据和 keys/）"

setup:
	@tools/setup
	@PYTHONPATH=src $(PYTHON) -m shouwang.ui.assets

setup-spark: setup
	@tools/extra spark

# The outlines of the demo's map are worth a download, but no reason not to start.
run: setup
	@tools/extra map || true
	@exec $(PYTHON) -m shouwang up

browser:
	@tools/browser

test: setup browser
	@$(PYTHON) -m pytest -m "not full" $(SPREAD) -q

test-spark: setup setup-spark
	@$(PYTHON) -m pytest tests/engine/spark -q -rs

test-spark-cluster: setup setup-spark
	@$(PYTHON) -m pytest tests/engine/spark/test_cluster.py -q -rs

test-full: setup browser setup-spark
	@$(PYTHON) -m pytest -m full $(SPREAD) -q -rs || test $$? -eq 5

check: setup
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m shouwang pack check

bench: setup
	@tools/extra bench
	@$(PYTHON) -m tests.bench
	@$(PYTHON) -m tests.bench.engine
	@$(PYTHON) -m tests.bench.lamps
	@$(PYTHON) -m tests.bench.crowd
	@$(PYTHON) -m bench.flush --write

COMPILE = $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate

lock: setup
	@$(COMPILE) requirements.in --output-file requirements.lock
	@$(COMPILE) requirements-match.in --output-file requirements-match.lock
	@$(COMPILE) requirements-bench.in --output-file requirements-bench.lock
	@$(COMPILE) requirements-spark.in --output-file requirements-spark.lock
	@$(COMPILE) --no-deps requirements-map.in --output-file requirements-map.lock
	@! grep -n "://" requirements*.lock

clean:
	rm -rf .venv build out test-results src/shouwang/ui/static/vendor node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
