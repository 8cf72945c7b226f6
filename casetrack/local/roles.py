"""The two roles of the database and what they may do. docs/operations.md shows the same SQL for a real server."""

import psycopg

OWNER, APP = "casetrack_owner", "casetrack_app"
ROLES_SQL = """
create role casetrack_owner login nosuperuser nocreatedb nocreaterole nobypassrls;
create role casetrack_app login nosuperuser nocreatedb nocreaterole nobypassrls;
"""
DATABASE_SQL = """
alter schema public owner to casetrack_owner;
alter default privileges for role casetrack_owner in schema public
  grant select, insert, update, delete on tables to casetrack_app;
alter default privileges for role casetrack_owner in schema public grant usage, select on sequences to casetrack_app;
"""


def url(role: str, database: str, folder: object) -> str:
    return f"postgresql://{role}@/{database}?host={folder}"


def provision(folder: object, database: str = "casetrack") -> None:
    """Make roles and database on a cluster whose sockets lie in `folder`; what is there already stays."""
    with psycopg.connect(url("postgres", "postgres", folder), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone():
            connection.execute(ROLES_SQL)
        if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            return
        connection.execute(f'create database "{database}" owner {OWNER}')
    with psycopg.connect(url("postgres", database, folder), autocommit=True) as connection:
        connection.execute(DATABASE_SQL)
