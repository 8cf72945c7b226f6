"""The two roles of the database and what they may do. docs/operations.md shows the same SQL for a real server."""

from urllib.parse import quote, urlsplit

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
    """The address of a database on the server whose sockets lie in `folder`."""
    return f"postgresql://{role}@/{database}?host={folder}"


def url_like(server: str, database: str, role: str = "", password: str = "") -> str:
    """The address `server` with another database and, if a role is given, another role."""
    parts = urlsplit(server)
    people, _, host = parts.netloc.rpartition("@")
    if role:
        people = quote(role) + (f":{quote(password)}" if password else "")
    place = f"{people}@{host}" if people else host
    return f"{parts.scheme}://{place}/{database}" + (f"?{parts.query}" if parts.query else "")


def provision(folder: object, database: str = "casetrack") -> None:
    """Make roles and database on a cluster whose sockets lie in `folder`; what is there already stays."""
    with psycopg.connect(url("postgres", "postgres", folder), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone():
            connection.execute(ROLES_SQL)
        if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            return
        building = f"{database}_new"  # renamed when it is whole: a killed start leaves nothing that looks like it
        connection.execute(f'drop database if exists "{building}"')
        connection.execute(f'create database "{building}" owner {OWNER}')
        with psycopg.connect(url("postgres", building, folder), autocommit=True) as inside:
            inside.execute(DATABASE_SQL)
        connection.execute(f'alter database "{building}" rename to "{database}"')
