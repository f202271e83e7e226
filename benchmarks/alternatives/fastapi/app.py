"""FastAPI with python-multipart, behind Mangum."""

from typing import Annotated

from fastapi import FastAPI, Form, UploadFile
from mangum import Mangum
from stores import store

app = FastAPI()


@app.post("/uapi/faxes/{user_id}/{extension}")
def create_fax(
    user_id: str, extension: str, files: list[UploadFile], request: Annotated[str, Form()]
) -> dict[str, str]:
    return store(extension, request, [(file.filename or "", file.file.read()) for file in files])


handler = Mangum(app, lifespan="off")
