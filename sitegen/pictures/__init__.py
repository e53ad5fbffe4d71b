"""Pictures that sessions show: the plain ones inside the ledger, without what a camera wrote into them."""

from sitegen.pictures.finding import PICTURES, Picture, pictures_of

__all__ = ["PICTURES", "Picture", "pictures_of"]
