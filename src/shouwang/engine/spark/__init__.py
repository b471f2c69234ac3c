"""The second engine: the same trees on Spark, for a province or a nation.

Takes: the same snapshot tables (Parquet, at any address Spark can read), a `Policy`, a day; a Spark master. Leaves: the
same warnings to the byte and the same report as DuckDB. Never: runs Python on the row path, knows a rule of its own,
imports pyspark before it is asked for (an extra).
"""

from shouwang.engine.spark.areas import spark_areas_screen
from shouwang.engine.spark.run import spark_screen
from shouwang.engine.spark.session import SparkMissing, session_open

__all__ = ["SparkMissing", "session_open", "spark_areas_screen", "spark_screen"]
