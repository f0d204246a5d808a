"""Operations: what people have to look at, because no rule may decide it."""
