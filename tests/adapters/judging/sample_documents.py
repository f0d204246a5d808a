"""Small documents with everything that vendors' documents do: forms, brackets, nulls, composed schemas, Swagger 2."""

from typing import Any

FORM, JSON = "application/x-www-form-urlencoded", "application/json"

ORDER = {
    "type": "object",
    "required": ["amount", "status"],
    "properties": {
        "amount": {"type": "integer"},
        "status": {"type": "string", "enum": ["open", "paid"], "nullable": True},
        "parent": {"$ref": "#/components/schemas/parent", "nullable": True},
    },
}
FORM_SCHEMA = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "integer"},
        "urgent": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "until": {"anyOf": [{"type": "string", "enum": ["now"]}, {"type": "integer"}]},
        "details": {"anyOf": [{"type": "object", "properties": {"floor": {"type": "integer"}}}, {"enum": [""]}]},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "file": {"type": "string", "format": "binary"},
    },
}
STRINGS = {"type": "array", "items": {"type": "string"}}
RANGE = {"anyOf": [{"type": "object", "properties": {"gte": {"type": "integer"}}}, {"type": "integer"}]}
OPENAPI: dict[str, Any] = {
    "openapi": "3.0.0",
    "info": {"title": "", "version": ""},
    "servers": [{"url": "https://api.example.com"}],
    "security": [{"token": []}],
    "paths": {
        "/orders": {
            "post": {
                "servers": [{"url": "https://files.example.com"}],
                "requestBody": {
                    "content": {
                        FORM: {"schema": FORM_SCHEMA, "encoding": {"details": {"style": "deepObject"}}},
                        "multipart/form-data": {"schema": FORM_SCHEMA},
                    }
                },
                "responses": {
                    "200": {"description": "", "content": {JSON: {"schema": {"$ref": "#/components/schemas/order"}}}},
                    "202": {"description": "", "content": {"application/hal+json": {"schema": {"type": "object"}}}},
                    "400": {"description": "", "content": {JSON: {"schema": {}}}},
                },
            },
        },
        "/orders/{id}": {
            "parameters": [{"name": "expand", "in": "query", "style": "deepObject", "schema": STRINGS}],
            "get": {
                "parameters": [
                    {"name": "made", "in": "query", "style": "deepObject", "schema": RANGE},
                    {"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}},
                ],
                "responses": {"200": {"description": ""}},
            },
        },
        "/orders/last": {"get": {"responses": {"404": {"description": ""}}}},
        "/notes": {
            "put": {
                "requestBody": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/note"}}}},
                "responses": {"204": {"description": ""}},
            }
        },
    },
    "components": {
        "securitySchemes": {"token": {"type": "oauth2", "flows": {}}},
        "schemas": {
            "order": ORDER,
            "parent": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            "note": {"allOf": [{"$ref": "#/components/schemas/parent"}, {"properties": {"text": {"type": "string"}}}]},
        },
    },
}
SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "basePath": "/v2",
    "consumes": ["multipart/form-data"],
    "produces": [JSON],
    "paths": {
        "/orders": {
            "parameters": [{"name": "X-Token", "in": "header", "required": True, "type": "string", "minLength": 4}],
            "post": {
                "parameters": [
                    {"name": "amount", "in": "formData", "required": True, "type": "string", "pattern": "^[0-9.]+$"},
                    {"name": "tags[]", "in": "formData", "type": "array", "items": {"type": "string"}},
                ],
                "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/order"}}},
            },
            "get": {
                "parameters": [{"name": "page", "in": "query", "type": "integer"}],
                "responses": {"200": {"description": ""}},
            },
        }
    },
    "definitions": {"order": {"type": "object", "properties": {"amount": {"type": "string", "x-nullable": True}}}},
}
