# The course in JupyterLab, with the versions of constraints.txt.
#
#   docker build -t lstm-course .
#   docker run --rm -p 127.0.0.1:8888:8888 lstm-course
#
# docs/teaching.md says what the arguments are for.
FROM python:3.11-slim

ARG PIP_ARGS=""
ARG SOLUTIONS="yes"

RUN useradd --create-home learner
WORKDIR /srv/course

COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY lstm_lib lstm_lib
RUN python -m pip install --no-cache-dir -c constraints.txt $PIP_ARGS ".[course]"
COPY tools/jupyterlab_overrides.json /usr/local/share/jupyter/lab/settings/overrides.json

COPY images images
COPY chapters chapters
# What is installed is imported, not the copy beside the chapters.
RUN rm -rf lstm_lib build ./*.egg-info && if [ "$SOLUTIONS" != "yes" ]; then rm -r chapters/solutions; fi \
    && chown -R learner .

USER learner
RUN find chapters -name "*.ipynb" -exec jupyter trust {} + \
    && python -c "import matplotlib.font_manager"
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", \
     "--ServerApp.root_dir=.", "--LabApp.default_url=/lab/tree/chapters/01_why_memory.ipynb"]
