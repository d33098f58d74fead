from requests_futures.sessions import FuturesSession


def parse(response, *args, **kwargs):
    response.raise_for_status()
    response.data = response.json()


def collect(api, ids, errors):
    rows = []
    with FuturesSession(max_workers=5) as session:
        session.hooks['response'] = parse
        pending = []

        def on_order(future):
            error = future.exception()
            if error is not None:
                errors.append(f'{type(error).__name__}: {error}')
                return
            order = future.result().data

            def on_customer(answer):
                rows.append({'order': order['id'], 'customer': answer.result().data['name']})

            following = session.get(f"{api}/customers/{order['customer']}")
            following.add_done_callback(on_customer)
            pending.append(following)

        for id in ids:
            future = session.get(f'{api}/orders/{id}')
            future.add_done_callback(on_order)
            pending.append(future)
        # The list grows while it is walked through.
        for future in pending:
            future.exception()
    return rows
