# The server, without what only its developers need.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY requirements requirements
RUN python -m venv /opt/installer \
 && /opt/installer/bin/pip install --quiet --require-hashes -r requirements/installer.txt \
 && /opt/installer/bin/uv venv --quiet /opt/glueml
COPY pyproject.toml README.md LICENSE ./
COPY glueml_core glueml_core
COPY glueml_dagster glueml_dagster
# The lock holds the development tools too: as constraints it pins and verifies what is needed.
RUN /opt/installer/bin/uv pip install --quiet --no-cache --compile-bytecode \
        --python /opt/glueml/bin/python --constraints requirements/lock.txt '.[postgres]'

FROM python:3.12-slim-bookworm
# LightGBM's OpenMP; tini passes signals on and reaps what a stopped task run leaves behind.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home glueml \
 && install --directory --owner glueml --group glueml /var/lib/glueml
COPY --from=build /opt/glueml /opt/glueml
ENV PATH=/opt/glueml/bin:$PATH GLUEML_HOME=/var/lib/glueml
# By number, so that a platform can see that it is not root.
USER 10001
WORKDIR /var/lib/glueml
VOLUME /var/lib/glueml
EXPOSE 4568
HEALTHCHECK --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:4568/readyz', timeout=5)"]
# Listening beyond loopback needs access keys: see compose.yaml.
ENTRYPOINT ["tini", "--", "glueml", "serve", "--host", "0.0.0.0"]
