/** Short facts in a row. Each keeps its own direction: numbers and units of one do not mix with those of the next. */
export const Facts = ({ facts }: { readonly facts: readonly (string | undefined)[] }) => (
  <p className="min-h-5 text-soft text-sm tabular-nums">
    {facts
      .filter((fact) => fact !== undefined)
      .map((fact, k) => (
        <span key={fact}>
          {k > 0 && ' · '}
          <bdi>{fact}</bdi>
        </span>
      ))}
  </p>
);
