"""Pages of lists: one answer, and the way to all that follow.

Rule: going over a page goes over everything from it on; what is on this page alone is `items`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Generic, TypeVar

Response = TypeVar("Response")
Item = TypeVar("Item")


class _Page(Generic[Response, Item]):
    def __init__(self, response: Response, items: list[Item], next_page_token: str, token: str) -> None:
        self.response = response
        self.items = items
        self.next_page_token = next_page_token
        if next_page_token and next_page_token == token:
            raise RuntimeError("The list gave the same page token again: it would never end.")

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return not self.next_page_token

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.items)}{'' if self.is_last else ', more follow'}>"


class Page(_Page[Response, Item]):
    """A page. `for each in page` goes on to the following pages as they are needed."""

    def __init__(
        self,
        response: Response,
        items: list[Item],
        next_page_token: str,
        token: str,
        fetch: "Callable[[str], Page[Response, Item]]",
    ) -> None:
        super().__init__(response, items, next_page_token, token)
        self._fetch = fetch

    def next_page(self) -> "Page[Response, Item] | None":
        """The page after this one; None after the last."""
        return None if self.is_last else self._fetch(self.next_page_token)

    def pages(self) -> "Iterator[Page[Response, Item]]":
        """This page and all that follow."""
        page: Page[Response, Item] | None = self
        while page is not None:
            yield page
            page = page.next_page()

    def all(self) -> Iterator[Item]:
        """Everything from this page on."""
        for page in self.pages():
            yield from page.items

    def __iter__(self) -> Iterator[Item]:
        return self.all()


class AsyncPage(_Page[Response, Item]):
    """A page. `async for each in page` goes on to the following pages as they are needed."""

    def __init__(
        self,
        response: Response,
        items: list[Item],
        next_page_token: str,
        token: str,
        fetch: "Callable[[str], Awaitable[AsyncPage[Response, Item]]]",
    ) -> None:
        super().__init__(response, items, next_page_token, token)
        self._fetch = fetch

    async def next_page(self) -> "AsyncPage[Response, Item] | None":
        """The page after this one; None after the last."""
        return None if self.is_last else await self._fetch(self.next_page_token)

    async def pages(self) -> "AsyncIterator[AsyncPage[Response, Item]]":
        """This page and all that follow."""
        page: AsyncPage[Response, Item] | None = self
        while page is not None:
            yield page
            page = await page.next_page()

    async def all(self) -> AsyncIterator[Item]:
        """Everything from this page on."""
        async for page in self.pages():
            for item in page.items:
                yield item

    def __aiter__(self) -> AsyncIterator[Item]:
        return self.all()
