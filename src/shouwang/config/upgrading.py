"""Bringing tables up to date in half the processor time: models are drawn for a migration only as far as it needs them.

Django keeps every model of the house drawn as it stood at each step, and draws all that hang together anew whenever one
of them gets a column or an index; with two hundred models that is most of what a first start costs. A table, column,
index or constraint that is added needs its own table and those that it points to, and nothing that points to it. So
migrations made of such steps alone get just these; every other one, such as those that run Python over rows, gets the
whole house as Django draws it. The tables come out the same (`tests/config/test_upgrade.py`).
"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.migrations.utils import resolve_relation
from django.db.models import Field, Model

Key = tuple[str, str]
ADDING = (
    migrations.CreateModel, migrations.AddField, migrations.AddIndex, migrations.RemoveIndex, migrations.AddConstraint,
    migrations.RemoveConstraint,
)  # fmt: skip


class NearApps:
    """The models that were asked for and those they point to, each as it stood when it was last asked for."""

    def __init__(self) -> None:
        self.drawn = StateApps([], {})
        self.fields: dict[Key, dict[str, Any]] = {}

    def model(self, state: ProjectState, key: Key) -> type[Model]:
        """This function returns a model as a state has it; raises LookupError."""
        if key not in state.models:
            raise LookupError(key)
        if self.fields.get(key) != state.models[key].fields:
            self._draw(state, key)
        return self.drawn.get_model(*key)

    def _draw(self, state: ProjectState, key: Key) -> None:
        wanted, waiting = [key], [*_pointed_to(state.models[key])]
        while waiting:
            other = waiting.pop()
            if other not in self.fields and other not in wanted:
                wanted.append(other)
                waiting += _pointed_to(state.models[other])
        if key in self.fields:
            self.drawn.unregister_model(*key)
        self.drawn.render_multiple([state.models[one] for one in wanted])
        self.fields |= {one: dict(state.models[one].fields) for one in wanted}


def _pointed_to(model: ModelState) -> list[Key]:
    own = (model.app_label, model.name_lower)
    remote = [field.remote_field for field in model.fields.values() if field.remote_field]
    found: list[Any] = [one.model for one in remote] + [through for one in remote if (through := _through(one))]
    found += [base for base in model.bases if isinstance(base, str)]
    return [key for one in found if (key := resolve_relation(one, *own)) != own]


def _through(remote: Any) -> Any:
    return getattr(remote, "through", None)


class _View:
    """What an operation sees of `NearApps`: the models as its own state has them."""

    def __init__(self, near: NearApps, state: ProjectState) -> None:
        self.near, self.state = near, state

    def get_model(self, app_label: str, model_name: str) -> type[Model]:
        return self.near.model(self.state, (app_label, model_name.lower()))


class NearState(ProjectState):
    """A state whose models are drawn when an operation asks for them."""

    def __init__(self, models: dict[Key, ModelState], real_apps: set[str], near: NearApps) -> None:
        super().__init__(models, real_apps)
        self.near = near

    @property
    def apps(self) -> Any:
        return _View(self.near, self)

    def clone(self) -> NearState:
        return NearState({key: model.clone() for key, model in self.models.items()}, self.real_apps, self.near)


class UpgradeExecutor(MigrationExecutor):
    """Django's executor, but for how much of the house each migration has drawn."""

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        is_near = all(is_near_enough(operation, migration.app_label, state) for operation in migration.operations)
        if is_near and not isinstance(state, NearState):
            state = NearState(state.models, state.real_apps, NearApps())
        elif not is_near and isinstance(state, NearState):
            state = _whole(state)
            assert state.apps, "drawn before the operations copy it"
        return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)

    def migrate(self, *arguments: Any, **more: Any) -> ProjectState:
        state = super().migrate(*arguments, **more)
        return _whole(state) if isinstance(state, NearState) else state


def _whole(state: ProjectState) -> ProjectState:
    return ProjectState(state.models, state.real_apps)


def is_near_enough(operation: Operation, app_label: str, state: ProjectState) -> bool:
    """This function tells whether an operation asks nothing of models but its own and those they point to."""
    if isinstance(operation, migrations.RunSQL):
        return not operation.state_operations
    if type(operation) is migrations.AlterField:
        model = state.models.get((app_label, operation.model_name_lower))
        return model is not None and _same_column(model.fields.get(operation.name), operation.field)
    return type(operation) in ADDING


def _same_column(old: Field[Any, Any] | None, new: Field[Any, Any]) -> bool:
    """This function tells whether two fields differ only in what the database never sees, such as their choices."""
    if old is None:
        return False

    def stored(field: Field[Any, Any]) -> tuple[str, list[Any], dict[str, Any]]:
        _, path, arguments, options = field.deconstruct()
        return path, list(arguments), {k: v for k, v in options.items() if k not in field.non_db_attrs}

    return stored(old) == stored(new)


class Command(migrate.Command):
    """Django's `migrate` with the executor of this module."""

    def handle(self, *arguments: Any, **options: Any) -> Any:
        module: Any = migrate  # where Django's command looks for its executor
        kept, module.MigrationExecutor = module.MigrationExecutor, UpgradeExecutor
        try:
            return super().handle(*arguments, **options)
        finally:
            module.MigrationExecutor = kept


def tables_upgrade() -> None:
    """This function brings the tables up to date by the owner role."""
    call_command(Command(), database="owner", interactive=False, verbosity=0)
