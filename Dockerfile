# JupyterLab with Weft and its course:
#
#   docker build -t weft . && docker run --rm -p 8888:8888 weft
#
# Measurements inside see the cores that the container gets (docker run --cpus 4).
FROM golang:1.26-bookworm

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gcc libc6-dev python3-venv \
 && rm -rf /var/lib/apt/lists/* \
 && python3 -m venv /opt/jupyter \
 && /opt/jupyter/bin/pip install --no-cache-dir jupyterlab \
 && useradd --create-home --uid 1000 gopher

COPY --chown=gopher . /home/gopher/weft
USER gopher
ENV PATH=/home/gopher/.local/bin:/opt/jupyter/bin:$PATH
WORKDIR /home/gopher/weft
RUN ./install.sh

EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "notebooks"]
