# One image for web, worker, beat and backup: it runs the scripts that a machine without containers runs.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    XDG_CACHE_HOME=/tmp/cache \
    DATA_DIR=/data \
    BIND=0.0.0.0 \
    PORT=8000

# pg_dump and pg_restore must be of the server's major version: 15 here and in docker-compose.yml.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
# The locked requirements first, so that a change of the product alone does not fetch them again.
COPY requirements/ requirements/
COPY script/setup script/setup
RUN script/setup && rm -rf /var/lib/apt/lists/*
COPY . .

# The product may write to /data, /backups and /anchors only; its own code belongs to root.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent provisionmap \
    && install --directory --owner=provisionmap --group=provisionmap --mode=0700 /data /backups /anchors
USER 10001:10001

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["script/health", "web"]
CMD ["script/server"]
