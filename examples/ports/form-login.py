import re

import requests


def fetch_invoices(base, user, password):
    with requests.Session() as session:
        session.headers['User-Agent'] = 'invoice-robot/1.0'

        form = session.get(f'{base}/login')
        token = re.search(r'name="csrf" value="(\w+)"', form.text).group(1)
        answer = session.post(
            f'{base}/login',
            data={'user': user, 'password': password, 'csrf': token},
            headers={'Referer': form.url},
        )
        if answer.url.endswith('/login'):
            raise RuntimeError('login refused')
        if 'sid' not in session.cookies:
            raise RuntimeError('no session cookie')

        invoices = session.get(f'{base}/invoices.json').json()
        session.post(f'{base}/logout', data={'csrf': token})
        return [invoice['file'] for invoice in invoices]
