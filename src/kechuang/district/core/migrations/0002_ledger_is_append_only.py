"""The database itself refuses to change or delete a ledger entry."""

from django.db import migrations

SQLITE = [
    "CREATE TRIGGER ledger_no_update BEFORE UPDATE ON core_entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER ledger_no_delete BEFORE DELETE ON core_entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
    "CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON core_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
]
UNDO = {
    "sqlite": ["DROP TRIGGER IF EXISTS ledger_no_update", "DROP TRIGGER IF EXISTS ledger_no_delete"],
    "postgresql": ["DROP TRIGGER IF EXISTS ledger_no_change ON core_entry", "DROP FUNCTION IF EXISTS ledger_refuse()"],
}


def guard(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
